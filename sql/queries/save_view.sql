SELECT service.save_view($1, $2, $3, $4, $5, $6)
