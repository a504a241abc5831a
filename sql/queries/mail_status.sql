SELECT service.mail_status()
