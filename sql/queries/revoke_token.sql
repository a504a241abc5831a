SELECT service.revoke_token($1, $2)
