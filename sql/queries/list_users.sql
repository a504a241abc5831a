SELECT service.list_users()
