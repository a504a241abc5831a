SELECT lead, etag FROM service.edit_lead($1, $2, $3, $4, $5, $6, $7)
