SELECT state, clock, credentials FROM service.credentials($1)
