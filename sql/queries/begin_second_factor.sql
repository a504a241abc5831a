SELECT service.begin_second_factor($1, $2, $3)
