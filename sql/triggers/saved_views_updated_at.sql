-- drop: DROP TRIGGER saved_views_updated_at ON app.saved_views;
CREATE OR REPLACE TRIGGER saved_views_updated_at
    BEFORE UPDATE ON app.saved_views
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER saved_views_updated_at ON app.saved_views IS 'updated_at follows every real change of the view.';
