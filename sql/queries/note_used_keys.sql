SELECT service.note_used_keys($1)
