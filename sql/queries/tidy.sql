SELECT service.tidy()
