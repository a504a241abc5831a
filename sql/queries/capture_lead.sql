SELECT service.capture_lead($1, $2, $3, $4, $5)
