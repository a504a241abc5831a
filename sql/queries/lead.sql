SELECT lead, etag FROM service.lead($1)
