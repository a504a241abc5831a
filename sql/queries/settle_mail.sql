SELECT service.settle_mail($1, $2, $3, $4, $5, $6, $7)
