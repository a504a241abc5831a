-- drop: DROP FUNCTION service.begin_login(text, text);
CREATE OR REPLACE FUNCTION service.begin_login(
    p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer
)
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_own_free CONSTANT integer := 5;
    c_own_longest CONSTANT integer := 900;
    c_strangers_free CONSTANT integer := 20;
    c_strangers_longest CONSTANT integer := 300;
    v_account text := lower(left(p_username, 100));
    v_user app.users;
    v_known boolean;
    v_next timestamptz;
BEGIN
    SELECT u.* INTO v_user FROM app.users AS u WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL;
    v_known := EXISTS (SELECT FROM app.known_clients AS k WHERE k.user_id = v_user.id AND k.client = p_client);
    -- All strangers of an account count together too, under the client ''. Locked first, so that of tries at once each sees the one before.
    INSERT INTO app.login_tries AS t (account, client)
    SELECT v_account, c.client FROM unnest(CASE WHEN v_known THEN ARRAY[p_client] ELSE ARRAY['', p_client] END) WITH ORDINALITY AS c (client, place)
    ORDER BY c.place
    ON CONFLICT ON CONSTRAINT login_tries_pkey DO UPDATE
        SET failures = CASE WHEN t.last_at <= app.now() - interval '24 hours' THEN 0 ELSE t.failures END;
    SELECT max(t.last_at + d.delay) FILTER (WHERE d.delay > interval '0') INTO v_next
    FROM app.login_tries AS t CROSS JOIN LATERAL (
        SELECT CASE t.client
            WHEN '' THEN app.login_delay(t.failures, c_strangers_free, c_strangers_longest)
            ELSE app.login_delay(t.failures, c_own_free, c_own_longest) END AS delay
    ) AS d
    WHERE t.account = v_account AND (t.client = p_client OR t.client = '' AND NOT v_known);
    wait_seconds := ceil(extract(epoch FROM v_next - app.now()));
    IF wait_seconds > 0 THEN
        RETURN;
    END IF;
    wait_seconds := 0;
    UPDATE app.login_tries AS t SET failures = t.failures + 1, last_at = greatest(t.last_at, app.now())
    WHERE t.account = v_account AND (t.client = p_client OR t.client = '' AND NOT v_known);
    password_hash := v_user.password_hash;
    SELECT f.secret INTO second_factor FROM app.second_factors AS f WHERE f.user_id = v_user.id AND f.confirmed_at IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION service.begin_login(text, text) IS
    'Takes a try to log in: what the password and the second factor are to be checked against, NULL where there is no such user (or none who may log in). Each try counts as failed until service.end_login says otherwise. After 5 failures of a client on an account, and after 20 of clients that never logged in to it, wait_seconds says how long nobody of them is let try: then nothing is counted, and nothing shown.';
REVOKE ALL ON FUNCTION service.begin_login(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.begin_login(text, text) TO leads_service;
