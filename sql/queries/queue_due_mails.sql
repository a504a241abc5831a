SELECT service.queue_due_mails($1, $2)
