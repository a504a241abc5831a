SELECT service.retry_mails($1)
