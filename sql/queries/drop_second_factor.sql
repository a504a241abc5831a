SELECT service.drop_second_factor($1, $2, $3, $4)
