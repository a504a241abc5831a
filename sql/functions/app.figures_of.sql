-- drop: DROP FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer);
CREATE OR REPLACE FUNCTION app.figures_of(
    p_slot timestamptz, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer
) RETURNS TABLE (figure app.figure, starts_at timestamptz, value text)
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
BEGIN ATOMIC
    SELECT f.figure, f.starts_at, f.value
    FROM (VALUES
        ('slot_type'::app.figure, p_slot, p_lead_type::text),
        ('slot_status'::app.figure, p_slot, p_status::text),
        ('day_type'::app.figure, date_trunc('day', p_slot, 'UTC'), p_lead_type::text),
        ('day_status'::app.figure, date_trunc('day', p_slot, 'UTC'), p_status::text),
        ('day_source'::app.figure, date_trunc('day', p_slot, 'UTC'), p_source),
        ('day_response'::app.figure, date_trunc('day', p_slot, 'UTC'), p_response_bin::text),
        ('source'::app.figure, timestamptz '-infinity', p_source),
        ('role'::app.figure, timestamptz '-infinity', p_role),
        ('response'::app.figure, timestamptz '-infinity', p_response_bin::text)
    ) AS f (figure, starts_at, value)
    WHERE f.value IS NOT NULL;
END;

COMMENT ON FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer) IS
    'The cells of app.lead_cells that a lead of the inbox counts in, by what app.lead_count_changes says of it.';
REVOKE ALL ON FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer) FROM PUBLIC;
