-- $1 made-up leads of two years, the same after each SELECT setseed(): in order of arrival, with words as frequent as in a language (Zipf's law),
-- in messages of about 300 characters. Some words are known to be in so many leads: project in a half, website in a fifth, kubernetes
-- in a hundredth, and zeppelin in ten of them, whose senders have the name Quillfeather.
WITH lists AS MATERIALIZED (
    SELECT
        string_to_array('Amara Anouk Benedikt Carmen Chidi Dana Edvard Eleni Farid Freya Giulia Hana Ibrahim Ines Jakub Jana Kofi Lars Leïla Mateo '
            'Mei Milan Nadia Noor Olga Oscar Priya Rafael Sanne Seán Sofia Tariq Tomás Ulla Viktor Wanjiru Yara Yusuf Zoë Zuzana', ' ') AS first_names,
        string_to_array('Abebe Almeida Bergström Brandt Castillo Chen Dubois Eriksen Fischer García Haddad Horváth Ito Janssen Kaya Kowalski Larsen '
            'Lindqvist Marino Meyer Mwangi Nakamura Nguyen Novák Okafor Papadakis Petrov Quispe Rahman Rossi Schmidt Silva Singh Tanaka Virtanen Wójcik', ' ')
            AS last_names,
        string_to_array('Northwind Harbour Finch Kestrel Lumen Ostara Paperboat Quarry Redwood Saffron Tidewater Umbra Vela Wren Zephyr Granite Juniper '
            'Meridian Cobalt Larch', ' ') AS companies,
        string_to_array('Analytics Studio Robotics Health Foods Labs Freight Media Energy Security Aerospace Mobility Legal Schools Bank Partners', ' ') AS trades,
        string_to_array('GmbH,Ltd,Inc,AG,B.V.,S.A.,Oy,AB,Group,& Co', ',') AS forms,
        string_to_array('recruiter,founder,cto,engineering manager,product manager,designer,researcher,student', ',') AS roles,
        string_to_array('google linkedin github newsletter conference referral', ' ') AS sources,
        string_to_array('ba ce di fo gu ha ki lo mu ne pa qui ro sa te vi wo xa ye zu', ' ') AS syllables,
        string_to_array('the we our you your to for and with in on a of have would like could about next month team need help data pipeline remote '
            'developer meeting talk budget offer price question article page shop booking system platform cloud database security design '
            'research partner workshop training open source position senior engineer client contract freelance available start summer '
            'autumn winter spring monday friday please reply call phone mail thanks regards interested solution product launch market', ' ') AS words
), vocabulary AS MATERIALIZED (
    -- 20,000 words by rank; the hundred most frequent are English.
    SELECT n AS rank, coalesce(l.words[n],
        l.syllables[1 + n % 20] || l.syllables[1 + n / 20 % 20] || l.syllables[1 + n / 400 % 20] || l.syllables[1 + n / 8000]) AS word
    FROM lists AS l, generate_series(1, 20000) AS n
), drawn AS MATERIALIZED (
    -- 20,000 to the power of an even chance is the rank of a word by Zipf's law.
    SELECT n, n % 30000 AS number, floor(20000 ^ random())::integer AS rank FROM generate_series(1, 30000 * 15) AS n
), sentences AS MATERIALIZED (
    -- 30,000 of about 95 characters.
    SELECT s.number, initcap(left(s.words, 1)) || substr(s.words, 2) || '.' AS sentence
    FROM (
        SELECT d.number, string_agg(v.word, ' ' ORDER BY d.n) AS words FROM drawn AS d JOIN vocabulary AS v USING (rank) GROUP BY d.number
    ) AS s
), chances AS MATERIALIZED (
    SELECT n, n % greatest($1 / 10, 1) = 7 AS is_rare,
        random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g, random() AS h, random() AS i
    FROM generate_series(1, $1) AS n
), people AS (
    SELECT c.*, l.first_names[1 + floor(c.a * 40)::integer] AS first_name,
        CASE WHEN c.is_rare THEN 'Quillfeather' ELSE l.last_names[1 + floor(c.b * 36)::integer] END AS last_name,
        l.companies[1 + floor(c.c * 20)::integer] || ' ' || l.trades[1 + floor(c.d * 16)::integer] AS company,
        l.forms[1 + floor(c.e * 10)::integer] AS form,
        l.roles[1 + floor(c.f * 8)::integer] AS role, CASE WHEN c.g < 0.8 THEN l.sources[1 + floor(c.g * 7.5)::integer] END AS source,
        one.sentence || ' ' || two.sentence || ' ' || three.sentence AS message,
        timestamptz '2026-01-01 00:00Z' - interval '2 years' * (($1 - c.n + c.g) / $1) AS created_at
    FROM chances AS c
    JOIN sentences AS one ON one.number = floor(c.h * 30000)::integer
    JOIN sentences AS two ON two.number = floor(c.i * 30000)::integer
    JOIN sentences AS three ON three.number = floor(c.h * 30000 + c.i * 900000000)::integer % 30000
    CROSS JOIN lists AS l
)
INSERT INTO public.contact_leads (
    lead_type, form_type, name, email, subject, message, company, phone, role, source, consent, status, priority, quality_score, tags,
    metadata, created_at, updated_at, "timestamp", last_contacted, first_response_at, is_spam, deleted_at
)
SELECT
    p.lead_type, p.lead_type::text, p.first_name || ' ' || p.last_name,
    lower(public.unaccent(p.first_name || '.' || p.last_name)) || p.n % 1000 || '@' || replace(lower(p.company), ' ', '-') || '.example',
    p.subject, p.message, CASE WHEN p.d < 0.85 THEN p.company || ' ' || p.form END,
    CASE WHEN p.e < 0.3 THEN '+44 20 7946 0' || 100 + p.n % 900 END, p.role, p.source, p.f < 0.7, p.status,
    CASE WHEN p.b < 0.15 THEN 'low' WHEN p.b < 0.75 THEN 'medium' WHEN p.b < 0.95 THEN 'high' ELSE 'urgent' END::public.lead_priority,
    CASE WHEN p.status <> 'unread' AND p.c < 0.7 THEN floor(p.c * 142)::integer END,
    CASE WHEN p.status <> 'unread' AND p.a < 0.4 THEN '{warm,"follow up"}' ELSE '{}' END::text[],
    jsonb_build_object('ip_address', '203.0.113.' || p.n % 255, 'origin', 'https://www.example.com',
        'user_agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'),
    p.created_at, p.created_at, p.created_at, p.answered_at, p.answered_at,
    p.i < 0.04, CASE WHEN p.h < 0.03 THEN p.created_at + interval '1 day' END
FROM (
    SELECT p.*, split_part(p.message, '.', 1) AS subject,
        CASE WHEN p.f < 0.55 THEN 'contact' WHEN p.f < 0.82 THEN 'cv_request' ELSE 'collaboration' END::public.lead_type AS lead_type,
        s.status, CASE WHEN s.status IN ('contacted', 'archived') THEN p.created_at + interval '3 days' * p.a END AS answered_at
    FROM (
        SELECT q.n, q.a, q.b, q.c, q.d, q.e, q.f, q.h, q.i, q.first_name, q.last_name, q.company, q.form, q.role, q.source, q.created_at,
            q.message || CASE WHEN q.a < 0.5 THEN ' This is about a project.' ELSE '' END
            || CASE WHEN q.b < 0.2 THEN ' Our website is old.' ELSE '' END
            || CASE WHEN q.c < 0.01 THEN ' We run kubernetes.' ELSE '' END
            || CASE WHEN q.is_rare THEN ' It flies like a zeppelin.' ELSE '' END AS message
        FROM people AS q
    ) AS p
    -- Nearly all are dealt with, but of the newest twentieth.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.e < CASE WHEN p.n > $1 * 0.95 THEN 0.6 ELSE 0.01 END THEN 'unread' WHEN p.e < 0.65 THEN 'archived'
            WHEN p.e < 0.95 THEN 'contacted' ELSE 'processing' END::public.lead_status AS status
    ) AS s
) AS p
ORDER BY p.n
