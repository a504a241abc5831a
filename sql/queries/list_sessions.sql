SELECT service.list_sessions($1)
