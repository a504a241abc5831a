SELECT service.erase_person($1, NULL, $2, $3, $4, $5)
