SELECT service.change_own_password($1, $2, $3, $4, $5, $6, $7, $8) AS role
