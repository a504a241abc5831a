SELECT state, tokens FROM service.revoked_tokens($1)
