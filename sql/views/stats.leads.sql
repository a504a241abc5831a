-- drop: DROP VIEW stats.leads;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.leads WITH (security_invoker = false, security_barrier = true) AS
    SELECT
        l.id AS lead_id, l.created_at, l.lead_type, l.status, l.priority, l.quality_score, l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AS qualified,
        app.source_of(l.source, l.metadata) AS source, l.metadata #>> '{utm,utm_source}' AS utm_source,
        l.metadata #>> '{utm,utm_medium}' AS utm_medium, l.metadata #>> '{utm,utm_campaign}' AS utm_campaign, l.role, l.tags,
        l.first_response_at, extract(epoch FROM l.first_response_at - l.created_at)::double precision AS response_seconds, l.last_contacted,
        l.follow_up_date, l.consent, l.company IS NOT NULL AS has_company, l.phone IS NOT NULL AS has_phone, char_length(l.message) AS message_length,
        encode(sha256(convert_to((SELECT k.key FROM app.person_key AS k) || lower(l.email), 'UTF8')), 'hex') AS person
    FROM public.contact_leads AS l
    WHERE NOT l.is_spam AND l.deleted_at IS NULL;

COMMENT ON VIEW stats.leads IS
    'Each lead of the inbox, without what names or describes the person: no name, address, company, phone, subject, message or notes. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.leads.lead_id IS 'The number of the lead inside the team.';
COMMENT ON COLUMN stats.leads.created_at IS 'When it came.';
COMMENT ON COLUMN stats.leads.lead_type IS 'The form it came by.';
COMMENT ON COLUMN stats.leads.status IS 'Where it stands.';
COMMENT ON COLUMN stats.leads.priority IS 'How soon it wants an answer.';
COMMENT ON COLUMN stats.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';
COMMENT ON COLUMN stats.leads.qualified IS 'Whether that counts as qualified (app.metric_settings); NULL without a score.';
COMMENT ON COLUMN stats.leads.source IS 'Where it came from, as in stats.sources.';
COMMENT ON COLUMN stats.leads.utm_source IS 'The utm_source that the form sent; NULL without.';
COMMENT ON COLUMN stats.leads.utm_medium IS 'The utm_medium.';
COMMENT ON COLUMN stats.leads.utm_campaign IS 'The utm_campaign.';
COMMENT ON COLUMN stats.leads.role IS 'What the visitor says they are, in their words; NULL when they don''t.';
COMMENT ON COLUMN stats.leads.tags IS 'The team''s tags.';
COMMENT ON COLUMN stats.leads.first_response_at IS 'When it was first contacted; NULL until then.';
COMMENT ON COLUMN stats.leads.response_seconds IS 'From arrival to that, in seconds.';
COMMENT ON COLUMN stats.leads.last_contacted IS 'When it was last contacted.';
COMMENT ON COLUMN stats.leads.follow_up_date IS 'The day to come back to it.';
COMMENT ON COLUMN stats.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';
COMMENT ON COLUMN stats.leads.has_company IS 'Whether a company is given.';
COMMENT ON COLUMN stats.leads.has_phone IS 'Whether a phone number is given.';
COMMENT ON COLUMN stats.leads.message_length IS 'How many characters the message has; NULL without one.';
COMMENT ON COLUMN stats.leads.person IS 'The same for leads of the same address, capitals or not; made with a key that analysts can''t read, so that no address can be guessed from it.';
GRANT SELECT ON stats.leads TO leads_analyst, leads_viewer, leads_editor, leads_admin;
