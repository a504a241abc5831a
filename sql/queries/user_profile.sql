SELECT service.user_profile($1)
