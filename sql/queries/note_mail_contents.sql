SELECT service.note_mail_contents($1)
