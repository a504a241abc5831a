SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/functions/public.response_seconds.sql
-- drop: DROP FUNCTION public.response_seconds(public.contact_leads);
CREATE OR REPLACE FUNCTION public.response_seconds(p_lead public.contact_leads) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN extract(epoch FROM (p_lead).first_response_at - (p_lead).created_at)::double precision;

COMMENT ON FUNCTION public.response_seconds(public.contact_leads) IS
    'How long a visitor waited for the first answer, in seconds; NULL until there is one. A computed column of lists: ?response_seconds=lt.3600.';
REVOKE ALL ON FUNCTION public.response_seconds(public.contact_leads) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.response_seconds(public.contact_leads) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/public.response_seconds.sql
