SELECT service.list_operations($1, $2)
