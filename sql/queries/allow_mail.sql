SELECT service.allow_mail($1)
