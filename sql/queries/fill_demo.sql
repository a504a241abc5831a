-- The demo's leads, and the moves that brought each where it stands: none, when there is any lead already.
WITH filled AS (
    INSERT INTO public.contact_leads (
        lead_type, form_type, name, email, subject, message, company, phone, role, source, consent, status, priority, quality_score,
        tags, metadata, created_at, updated_at, "timestamp", first_response_at, last_contacted
    )
    SELECT
        d.lead_type, d.lead_type::text, d.name, d.email, d.subject, d.message, d.company, d.phone, d.role, d.source, d.consent,
        d.status, d.priority, d.quality_score, ARRAY(SELECT jsonb_array_elements_text(d.tags)), d.metadata,
        t.created_at, coalesce(t.answered_at, t.created_at), t.created_at, t.answered_at, t.answered_at
    FROM jsonb_to_recordset($1::jsonb) AS d (
        lead_type public.lead_type, name text, email text, subject text, message text, company text, phone text, role text,
        source text, consent boolean, status public.lead_status, priority public.lead_priority, quality_score integer, tags jsonb,
        metadata jsonb, minutes_ago integer, answered_after integer
    )
    CROSS JOIN LATERAL (
        SELECT
            app.now() - make_interval(mins => d.minutes_ago) AS created_at,
            app.now() - make_interval(mins => d.minutes_ago - d.answered_after) AS answered_at
    ) AS t
    WHERE NOT EXISTS (SELECT FROM public.contact_leads)
    ORDER BY t.created_at
    RETURNING id, status, created_at, first_response_at
), moves AS (
    SELECT f.id, f.first_response_at AS at, 'unread'::public.lead_status AS from_status, 'contacted'::public.lead_status AS to_status
    FROM filled AS f WHERE f.first_response_at IS NOT NULL
    UNION ALL
    SELECT f.id, f.created_at + interval '40 minutes', 'unread', 'processing' FROM filled AS f WHERE f.status = 'processing'
    UNION ALL
    SELECT
        f.id, coalesce(f.first_response_at, f.created_at) + interval '2 days',
        CASE WHEN f.first_response_at IS NULL THEN 'unread' ELSE 'contacted' END::public.lead_status, 'archived'
    FROM filled AS f WHERE f.status = 'archived'
), moved AS (
    INSERT INTO app.status_changes (lead_id, at, from_status, to_status)
    SELECT m.id, least(m.at, app.now()), m.from_status, m.to_status FROM moves AS m ORDER BY m.at
)
SELECT count(*) FROM filled
