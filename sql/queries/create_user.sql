INSERT INTO app.users (username, password_hash, role) VALUES ($1, $2, $3)
