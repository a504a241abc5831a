SELECT service.undo_operation($1, $2, $3, $4)
