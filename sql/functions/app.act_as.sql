-- drop: DROP FUNCTION app.act_as(text, text, uuid, uuid);
CREATE OR REPLACE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_context text;
BEGIN
    -- Called alone, and not by a function of ours: what it says would hold for nothing, and PostgreSQL would not tell.
    GET DIAGNOSTICS v_context = PG_CONTEXT;
    IF strpos(v_context, E'\n') = 0 AND statement_timestamp() = transaction_timestamp()
        AND strpos(rtrim(current_query(), E'; \n'), ';') = 0
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'no_active_sql_transaction',
            MESSAGE = 'app.act_as holds until the end of a transaction.',
            HINT = 'BEGIN one first.';
    END IF;
    PERFORM
        set_config('app.actor', coalesce(p_actor, ''), true),
        set_config('app.actor_role', coalesce(p_role, ''), true),
        set_config('app.request_id', coalesce(p_request_id::text, ''), true),
        set_config('app.operation', coalesce(p_operation::text, ''), true);
END;
$$;

COMMENT ON FUNCTION app.act_as(text, text, uuid, uuid) IS
    'Says for the rest of the transaction who acts, and in which operation: what the audit writes beside the session''s user, which nobody can choose. 25P01 outside a transaction, where it would hold for nothing.';
REVOKE ALL ON FUNCTION app.act_as(text, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.act_as(text, text, uuid, uuid) TO leads_editor, leads_admin;
