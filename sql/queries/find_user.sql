SELECT username, password_hash, role FROM service.find_user($1)
