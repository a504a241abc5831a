SELECT service.list_keys()
