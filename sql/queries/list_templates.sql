SELECT service.list_templates()
