-- drop: DROP TRIGGER saved_views_limit ON app.saved_views;
CREATE OR REPLACE TRIGGER saved_views_limit
    AFTER INSERT ON app.saved_views
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.limit_saved_views();

COMMENT ON TRIGGER saved_views_limit ON app.saved_views IS 'There are at most 200 views.';
