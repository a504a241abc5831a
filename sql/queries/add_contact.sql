SELECT lead, etag FROM service.add_contact($1, $2, $3, $4, $5, $6)
