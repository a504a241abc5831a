-- drop: DROP FUNCTION app.mailbox_of(text);
CREATE OR REPLACE FUNCTION app.mailbox_of(p_email text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE
        WHEN m.domain IN ('gmail.com', 'googlemail.com') THEN replace(m.local, '.', '') || '@gmail.com'
        ELSE m.local || '@' || m.domain END
    FROM (
        SELECT regexp_replace(regexp_replace(a.email, '@[^@]*$', ''), '(.)[+].*$', '\1') AS local, regexp_replace(a.email, '^.*@', '') AS domain
        FROM (SELECT lower(btrim(p_email)) AS email) AS a
    ) AS m;
END;

COMMENT ON FUNCTION app.mailbox_of(text) IS
    'The mailbox that an address leads to, as one name: in small letters, without what follows a plus sign, at Gmail without dots. To count by, never to send to.';
REVOKE ALL ON FUNCTION app.mailbox_of(text) FROM PUBLIC;
