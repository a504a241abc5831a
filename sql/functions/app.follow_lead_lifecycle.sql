-- drop: DROP FUNCTION app.follow_lead_lifecycle();
CREATE OR REPLACE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_may boolean := EXISTS (
        SELECT FROM app.status_moves AS m WHERE m.from_status = OLD.status AND m.to_status = NEW.status
    );
    v_allowed text;
BEGIN
    IF v_may AND NEW.status <> 'contacted' THEN
        RETURN NEW;
    END IF;
    -- While an operation is undone, a lead may go back to what the operation found it in.
    IF EXISTS (
        SELECT
        FROM app.operations AS undo
        JOIN app.operations AS o ON o.id = undo.undoes
        JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
        WHERE undo.changed IS NULL AND undo.tx = pg_current_xact_id()
            AND a.lead_id = OLD.id AND a.before ->> 'status' = NEW.status::text
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT v_may THEN
        SELECT string_agg(m.to_status::text, ', ' ORDER BY m.to_status) INTO v_allowed
        FROM app.status_moves AS m WHERE m.from_status = OLD.status;
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('A lead can''t move from %s to %s.', OLD.status, NEW.status),
            CONSTRAINT = 'status_move_not_allowed',
            COLUMN = 'status',
            DATATYPE = v_allowed,
            HINT = format('From %s it can move to: %s.', OLD.status, v_allowed);
    END IF;
    NEW.last_contacted := app.now();
    NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS
    'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed), or back while an operation is undone; entering contacted sets last_contacted and, the first time, first_response_at. SECURITY DEFINER, so that the rule is the same for whoever may change a lead.';
REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;
