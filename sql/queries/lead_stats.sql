SELECT service.lead_stats()
