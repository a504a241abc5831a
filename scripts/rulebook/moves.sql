SELECT m.from_status::text AS from_status, m.to_status::text AS to_status FROM app.status_moves AS m ORDER BY m.from_status, m.to_status
