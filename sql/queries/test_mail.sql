SELECT service.test_mail($1, $2)
