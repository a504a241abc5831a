SELECT service.list_leads($1, $2, $3, $4, $5)
