SELECT service.applied_migrations()
