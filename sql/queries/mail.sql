SELECT service.mail($1)
