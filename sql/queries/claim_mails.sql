SELECT service.claim_mails($1, $2, $3)
