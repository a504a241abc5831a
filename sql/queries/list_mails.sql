SELECT service.list_mails($1, $2, $3, $4, $5)
