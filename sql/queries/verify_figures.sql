-- Each figure that is wrong, by stats.verify().
SELECT coalesce(json_agg(v ORDER BY v.kept_in, v.figure, v.starts_at, v.value), '[]') FROM stats.verify() AS v
