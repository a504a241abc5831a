SELECT id, lead, etag FROM service.add_lead($1, $2, $3, $4)
