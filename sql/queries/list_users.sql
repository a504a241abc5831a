SELECT username, role::text, created_at, disabled_at FROM app.users ORDER BY lower(username)
