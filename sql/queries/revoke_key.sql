SELECT service.revoke_key($1, $2, $3, $4)
