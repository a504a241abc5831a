SELECT sealed, number, hash FROM service.seal_audit(true)
