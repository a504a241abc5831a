SELECT service.stop_mail($1, $2)
