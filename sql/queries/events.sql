SELECT frames, last, events, kept_after, head FROM service.events($1, $2, $3)
