SELECT service.save_template($1, $2, $3, $4, $5, $6, $7, $8)
