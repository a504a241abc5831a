SELECT password_hash, second_factor, wait_seconds FROM service.begin_login($1, $2)
