SELECT service.pending_second_factor($1)
