SELECT service.lead_history($1, $2, $3)
