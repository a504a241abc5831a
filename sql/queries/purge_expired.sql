SELECT service.purge_expired()
