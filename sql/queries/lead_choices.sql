SELECT service.lead_choices()
