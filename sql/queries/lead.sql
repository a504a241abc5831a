SELECT service.lead($1)
