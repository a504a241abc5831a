DROP FUNCTION service.lead_stats();
DROP FUNCTION service.list_leads(text, text, text, integer, text);
DROP FUNCTION service.lead(bigint);
DROP FUNCTION app.check_label(text, text, anyenum);
DROP FUNCTION app.read_cursor(text);
DROP FUNCTION app.cursor_of(timestamptz, bigint);
