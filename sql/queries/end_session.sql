SELECT service.end_session($1, $2)
