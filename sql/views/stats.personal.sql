-- drop: DROP VIEW stats.personal;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.personal WITH (security_invoker = false, security_barrier = true) AS
    SELECT l.id AS lead_id, l.reference, l.name, l.email, l.company, l.phone, l.subject, l.message
    FROM public.contact_leads AS l
    WHERE NOT l.is_spam AND l.deleted_at IS NULL;

COMMENT ON VIEW stats.personal IS
    'What stats.leads leaves out: who the person is, and what they wrote. Granted to nobody by itself; leads analyst add NAME --personal grants it. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.personal.lead_id IS 'The lead, as in stats.leads.';
COMMENT ON COLUMN stats.personal.reference IS 'What the visitor was given.';
COMMENT ON COLUMN stats.personal.name IS 'The visitor''s name.';
COMMENT ON COLUMN stats.personal.email IS 'The visitor''s address.';
COMMENT ON COLUMN stats.personal.company IS 'The company.';
COMMENT ON COLUMN stats.personal.phone IS 'The phone number, as the visitor wrote it.';
COMMENT ON COLUMN stats.personal.subject IS 'The subject.';
COMMENT ON COLUMN stats.personal.message IS 'The message.';
