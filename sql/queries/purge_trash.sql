SELECT service.purge_trash($1)
