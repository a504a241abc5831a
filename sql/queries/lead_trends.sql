SELECT service.lead_trends($1, $2)
