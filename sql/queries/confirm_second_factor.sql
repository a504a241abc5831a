SELECT service.confirm_second_factor($1, $2, $3, $4, $5)
