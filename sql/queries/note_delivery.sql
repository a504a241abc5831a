SELECT service.note_delivery($1, $2, $3, $4, $5)
