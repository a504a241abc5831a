SELECT service.open_cv($1, $2, $3)
