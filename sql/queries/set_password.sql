UPDATE app.users SET password_hash = $2 WHERE lower(username) = lower($1)
