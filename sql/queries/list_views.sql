SELECT service.list_views()
