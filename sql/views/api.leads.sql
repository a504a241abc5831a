-- drop: DROP VIEW api.leads;
CREATE OR REPLACE VIEW api.leads WITH (security_invoker = true) AS
    SELECT
        l.id,
        l.reference,
        l.name,
        l.email,
        l.subject,
        l.message,
        l.company,
        l.phone,
        l.lead_type,
        l.status,
        l.priority,
        l.metadata,
        l.created_at,
        l.updated_at,
        l."timestamp",
        l.flagged,
        l.role,
        l.form_type,
        l.quality_score,
        l.internal_notes,
        l.tags,
        l.contact_history,
        l.follow_up_date,
        l.last_contacted,
        l.first_response_at,
        l.source,
        l.consent,
        l.version,
        l.assignee
    FROM public.contact_leads AS l
    WHERE l.deleted_at IS NULL AND NOT l.is_spam;

COMMENT ON VIEW api.leads IS
    'The inbox: every lead that is neither spam nor in the trash. Read with the rights of whoever asks.';
COMMENT ON COLUMN api.leads.id IS 'The number of the lead inside the team; visitors never see it.';
COMMENT ON COLUMN api.leads.reference IS 'What the visitor is given: names the lead without telling how many there are.';
COMMENT ON COLUMN api.leads.name IS 'The visitor''s name, 1 to 200 characters on one line.';
COMMENT ON COLUMN api.leads.email IS 'The visitor''s address, at most 254 characters, with a dot in its domain.';
COMMENT ON COLUMN api.leads.subject IS 'At most 300 characters on one line; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.message IS 'At most 10,000 characters; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.company IS 'At most 200 characters on one line.';
COMMENT ON COLUMN api.leads.phone IS 'At most 50 characters on one line, as the visitor wrote it.';
COMMENT ON COLUMN api.leads.lead_type IS 'Which form the lead came by.';
COMMENT ON COLUMN api.leads.status IS 'Where the lead stands; moves as app.status_moves allows.';
COMMENT ON COLUMN api.leads.priority IS 'How soon it wants an answer.';
COMMENT ON COLUMN api.leads.metadata IS 'ip_address, user_agent, referer and origin as the server saw them; utm and extra as the form sent them.';
COMMENT ON COLUMN api.leads.created_at IS 'When the lead was stored, by the database''s clock.';
COMMENT ON COLUMN api.leads.updated_at IS 'When the row last changed; kept by trigger_contact_leads_updated_at.';
COMMENT ON COLUMN api.leads."timestamp" IS 'Legacy: the creation time under its older name.';
COMMENT ON COLUMN api.leads.flagged IS 'Legacy: marked by hand.';
COMMENT ON COLUMN api.leads.role IS 'What the visitor says they are (recruiter, founder ...), at most 100 characters.';
COMMENT ON COLUMN api.leads.form_type IS 'Legacy: the form''s name as text; new leads hold the label of lead_type.';
COMMENT ON COLUMN api.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';
COMMENT ON COLUMN api.leads.internal_notes IS 'The team''s notes, at most 20,000 characters.';
COMMENT ON COLUMN api.leads.tags IS 'At most 50 tags of 1 to 50 characters.';
COMMENT ON COLUMN api.leads.contact_history IS 'Contacts with the visitor, an array of objects, oldest first.';
COMMENT ON COLUMN api.leads.follow_up_date IS 'The day to come back to this lead.';
COMMENT ON COLUMN api.leads.last_contacted IS 'When the lead last entered contacted.';
COMMENT ON COLUMN api.leads.first_response_at IS 'When the lead first entered contacted: what conversion and response times count.';
COMMENT ON COLUMN api.leads.source IS 'Where the visitor came from: the form''s source, else its utm_source.';
COMMENT ON COLUMN api.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';
COMMENT ON COLUMN api.leads.version IS 'Counts the changes of the lead, from 1; its ETag is made of it.';
COMMENT ON COLUMN api.leads.assignee IS 'Who takes care of it, at most 100 characters on one line.';
