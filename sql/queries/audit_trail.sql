SELECT service.audit_trail($1, $2, $3, $4, $5, $6, $7)
