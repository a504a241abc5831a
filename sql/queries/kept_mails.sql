SELECT service.kept_mails($1)
