SELECT service.remove_view($1, $2, $3, $4)
