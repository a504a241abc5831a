"""An older contact_leads is adopted where it stands, and nothing of it is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import Server, running_server
from service import migrate
from service.cli.adopt import rehearsal, told
from service.cli.drift import catalogue, differences

PROGRAMS = {"embedded": None, "15": Path("/usr/lib/postgresql/15/bin")}
INSTALLED = [name for name, folder in PROGRAMS.items() if folder is None or (folder / "initdb").exists()]
ROOT = Path(__file__).resolve().parents[2]
Connection = psycopg.Connection[tuple[Any, ...]]

# Serial and text: everything a hurried first version may have, and odd values in every column.
TEXT = """
CREATE TABLE contact_leads (
    id serial PRIMARY KEY, name varchar(400), email varchar(400), subject varchar(1000), message text, company varchar(300), phone bigint,
    status text DEFAULT 'new', "timestamp" timestamp DEFAULT now(), tags text, contact_history text, metadata text, flagged integer,
    is_spam text, quality_score numeric, follow_up_date timestamp, last_contacted text, role text, source text, internal_notes text,
    campaign text NOT NULL, "Odd name" integer DEFAULT 7
);
INSERT INTO contact_leads (name, email, status, campaign) VALUES ('Jane', 'jane@example.com', 'new', 'a'), ('Jane', 'jane@example.com', 'new', 'a');
INSERT INTO contact_leads (campaign) VALUES ('all the rest is null');
INSERT INTO contact_leads (campaign, status)
    SELECT 'status', s FROM unnest('{read,unread,Open," In Progress ",in_progress,in-progress,processing,pending,replied,contacted,answered,done,archived,CLOSED,spam,Spam,NULL,none,"","who knows"}'::text[]) AS s;
INSERT INTO contact_leads (campaign, name, email, subject, message, company, role, source, internal_notes) VALUES
    ('long', repeat('n', 300), repeat('e', 300) || '@example.com', repeat('s', 900), repeat('m', 20000), repeat('c', 300), repeat('r', 200), repeat('q', 300), repeat('i', 30000)),
    ('control', E'a\\tb\\nc', E' a@b.co\\n', E'\\x01', E'a\\nb', E'a\\u0085b', E'\\n', E'\\t', E'\\x02'),
    ('empty', '', '', '', '', '', '', '', ''),
    ('space', '   ', ' ', ' ', ' ', ' ', ' ', ' ', ' '),
    ('no address', E'\\u2003', 'not an address', 'ok', 'ok', E'ok\\u2003', 'ok', 'ok', 'ok'),
    ('quote', 'O''Brien %s %1$s \\ "x"', 'o''b@example.com', '{}', '$$', '<b>', 'x', 'x', 'x');
INSERT INTO contact_leads (campaign, message, metadata) VALUES ('enormous', repeat('é', 90000), '{"a": 1}'), ('enormous', 'x', '{"a": "' || repeat('x', 200000) || '"}');
INSERT INTO contact_leads (campaign, tags) SELECT 'tags', t FROM unnest(ARRAY['a, b ,c', 'a', '', ',,', '["x", "y"]', '["x", 1, null]', '{p,"q r"}', '{broken', '[broken',
    repeat('t', 80), repeat('t,', 80), E'a\\nb,c', '["a,b", " c "]']) AS t;
INSERT INTO contact_leads (campaign, metadata) SELECT 'metadata', t FROM unnest(ARRAY['{"ip": "127.0.0.1"}', '[1]', 'nonsense', '', 'null', '"x"', '{"legacy": {"x": 1}, "b": 2}',
    '{"a": 1, "a": 2}', '{"a": "\\u0000"}', '{"a": 1']) AS t;
INSERT INTO contact_leads (campaign, contact_history) SELECT 'history', t FROM unnest(ARRAY['[{"at": 1}]', '{"at": 1}', 'called him', '', 'null', '[]', '[1', '["\\u0000"]']) AS t;
INSERT INTO contact_leads (campaign, contact_history) VALUES ('history', '["' || repeat('h', 1100000) || '"]');
INSERT INTO contact_leads (campaign, flagged, is_spam) VALUES ('flags', 0, 'yes'), ('flags', 1, 'no'), ('flags', 2, 'perhaps'), ('flags', -1, ''), ('flags', 1, 'TRUE');
INSERT INTO contact_leads (campaign, quality_score) SELECT 'score', q FROM unnest('{0,100,50.0,87.5,101,-1,-0.4,1e20,NaN}'::numeric[]) AS q;
INSERT INTO contact_leads (campaign, "timestamp", follow_up_date) VALUES ('time', '2020-02-29 23:59:59.123456', '2020-03-01'), ('time', 'infinity', '2020-03-01 10:00'),
    ('time', '-infinity', 'infinity'), ('time', '0044-03-15 BC', '0044-03-15 BC'), ('time', NULL, NULL), ('time', '200000-01-01', '200000-01-01');
INSERT INTO contact_leads (campaign, status, last_contacted) SELECT 'contacted', 'replied', t
    FROM unnest(ARRAY['2099-01-02', '2099-01-02T03:04:05Z', '2099-01-02 03:04:05.5+02:30', '03/04/2020', 'yesterday', '2020-02-31', '', '2020-01-01 25:00', 'now']) AS t;
SELECT setval('contact_leads_id_seq', 5000);
CREATE INDEX idx_contact_leads_status ON contact_leads (status);
CREATE INDEX idx_contact_leads_email ON contact_leads (email);
CREATE INDEX by_campaign ON contact_leads (campaign);
CREATE INDEX by_lower_status ON contact_leads (lower(status));
CREATE INDEX new_ones ON contact_leads (id) WHERE status = 'new';
CREATE INDEX by_company ON contact_leads (company) INCLUDE (name);
CREATE STATISTICS odd_stats ON company, campaign FROM contact_leads;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW."timestamp" := now(); RETURN NEW; END';
CREATE TRIGGER trigger_contact_leads_updated_at BEFORE UPDATE ON contact_leads FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE heard (lead bigint, what text);
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.heard VALUES (NEW.id, TG_OP); RETURN NEW; END';
CREATE TRIGGER hear AFTER INSERT OR UPDATE OF name, company ON contact_leads FOR EACH ROW EXECUTE FUNCTION hear();
CREATE TRIGGER silent AFTER UPDATE ON contact_leads FOR EACH ROW EXECUTE FUNCTION hear();
ALTER TABLE contact_leads DISABLE TRIGGER silent;
CREATE TRIGGER hear_new AFTER UPDATE ON contact_leads FOR EACH ROW WHEN (NEW.status = 'new') EXECUTE FUNCTION hear();
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.status = ''new'' THEN RETURN NEW; END IF; RETURN NEW; END';
CREATE TRIGGER broken BEFORE INSERT ON contact_leads FOR EACH ROW EXECUTE FUNCTION broken();
CREATE TABLE calls (id serial PRIMARY KEY, lead integer NOT NULL REFERENCES contact_leads ON DELETE CASCADE);
INSERT INTO calls (lead) SELECT id FROM contact_leads;
CREATE VIEW names AS SELECT id, name, campaign FROM contact_leads;
COMMENT ON VIEW names IS 'Names.';
COMMENT ON COLUMN names.name IS 'A name.';
CREATE VIEW names_again WITH (security_barrier) AS SELECT n.name, l.company FROM names n JOIN contact_leads l ON l.id = n.id;
CREATE MATERIALIZED VIEW per_campaign AS SELECT campaign, count(*) AS leads FROM contact_leads GROUP BY campaign;
CREATE UNIQUE INDEX per_campaign_key ON per_campaign (campaign);
CREATE MATERIALIZED VIEW not_yet AS SELECT leads FROM per_campaign WITH NO DATA;
CREATE VIEW new_leads AS SELECT l.id, l.status, l.tags || '!' AS loud, coalesce(l.flagged, 0) + 1 AS marks FROM contact_leads l WHERE l.status = 'new' OR l.status LIKE 'unr%';
CREATE VIEW of_both AS SELECT a.id FROM contact_leads a, contact_leads b WHERE a.id = b.id AND a.status = 'new' UNION ALL SELECT id FROM contact_leads WHERE status = 'x';
CREATE FUNCTION label(contact_leads) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
CREATE VIEW hopeless AS SELECT label(l) FROM contact_leads l WHERE status = 'new';
CREATE VIEW hopeful AS SELECT id FROM contact_leads WHERE (metadata::json ->> 'a') = 'x' AND metadata LIKE 'x%' AND tags::json IS NULL AND contact_history = '' AND id IN (SELECT max(c.id) FROM contact_leads c);
GRANT SELECT ON names TO leads_public;
GRANT SELECT (name) ON names_again TO leads_public;
GRANT SELECT, INSERT ON contact_leads TO leads_public;
GRANT UPDATE (company) ON contact_leads TO leads_public;
GRANT USAGE ON SEQUENCE contact_leads_id_seq TO leads_public;
"""

# Bigserial and JSON, both names of the creation time, constraints that would refuse our leads, row level security.
JSON = """
CREATE TABLE people (email varchar(100) PRIMARY KEY);
INSERT INTO people VALUES ('a@example.com'), ('b@example.com'), ('c@example.com');
CREATE TABLE contact_leads (
    id bigserial, name text NOT NULL, email varchar(100) NOT NULL UNIQUE REFERENCES people, subject text NOT NULL DEFAULT 'none', message text NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'new' CONSTRAINT contact_leads_name_valid CHECK (status IN ('new', 'read', 'replied')),
    created_at timestamp, "timestamp" timestamptz, updated_at date, tags jsonb, contact_history json, metadata json, flagged boolean, quality_score double precision,
    reference text, lead_type text, form_type varchar(90), priority text, consent text, follow_up_date text,
    score integer NOT NULL DEFAULT 1 CHECK (score > 0), external_id uuid NOT NULL, doubled integer GENERATED ALWAYS AS (score * 2) STORED,
    shout text GENERATED ALWAYS AS (upper(name)) STORED, seen integer CONSTRAINT must_be_seen CHECK (seen IS NOT NULL),
    CONSTRAINT strange_key PRIMARY KEY (id), CONSTRAINT contact_leads_email_check CHECK (length(email) > 3), CONSTRAINT score_once UNIQUE (score, external_id)
);
CREATE UNIQUE INDEX one_each ON contact_leads (lower(email));
CREATE UNIQUE INDEX one_message ON contact_leads (message, score);
INSERT INTO contact_leads (name, email, message, status, created_at, "timestamp", updated_at, tags, contact_history, metadata, quality_score, reference, lead_type, form_type, priority, consent, follow_up_date, external_id, seen) VALUES
    ('A', 'a@example.com', 'm', 'new', '2021-01-01', '2021-01-01 10:00+02', '2021-02-03', '["a"]', '[{"x": 1}]', '{"x": 1}', 12, gen_random_uuid()::text, 'CV-Request', 'cv', 'HIGH', 'yes', '2024-05-06', gen_random_uuid(), 1),
    ('B', 'b@example.com', 'n', 'read', NULL, '2021-01-01 10:00+02', NULL, '{"a": 1}', '{"x": 1, "x": 2}', '{"x": 1, "x": 2}', 12.25, '00000000-0000-4000-8000-000000000000', 'odd', 'odd', 'asap', 'maybe', 'soon', gen_random_uuid(), 1),
    ('C', 'c@example.com', 'o', 'replied', NULL, NULL, NULL, '"a, b"', '"x"', '[]', 'Infinity', '00000000-0000-4000-8000-000000000000', NULL, NULL, NULL, NULL, '2024-05-06 07:08', gen_random_uuid(), 1);
CREATE TABLE answers (email text REFERENCES contact_leads (email), lead bigint REFERENCES contact_leads (id));
INSERT INTO answers SELECT email, id FROM contact_leads;
ALTER TABLE contact_leads ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_them ON contact_leads FOR SELECT TO leads_public USING (name <> '');
CREATE POLICY new_ones ON contact_leads FOR SELECT TO leads_public USING (status = 'new');
CREATE RULE remember AS ON DELETE TO contact_leads DO ALSO SELECT OLD.name;
"""

# No key: numbers missing or given twice. No status, hardly anything.
BARE = """
CREATE SEQUENCE elsewhere;
CREATE TABLE contact_leads (id integer DEFAULT nextval('elsewhere'), email text, company text);
INSERT INTO contact_leads VALUES (1, 'a@example.com', 'one'), (1, 'b@example.com', 'two'), (NULL, NULL, 'three'), (7, 'x', 'four'), (NULL, 'c@example.com', 'five'), (1, 'a@example.com', 'six');
CREATE TABLE others (id integer DEFAULT nextval('elsewhere'));
SELECT setval('elsewhere', 40);
"""

# Nearly ours: the same types and names, another label in one.
ENUMS = """
CREATE TYPE lead_status AS ENUM ('unread', 'processing', 'contacted', 'archived');
CREATE TYPE lead_priority AS ENUM ('low', 'normal', 'high');
CREATE TYPE lead_type AS ENUM ('contact', 'quote');
CREATE UNLOGGED TABLE contact_leads (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, email text NOT NULL, status lead_status NOT NULL DEFAULT 'unread', priority lead_priority DEFAULT 'normal',
    lead_type lead_type, tags text[], created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), last_contacted timestamp, quality_score text, metadata jsonb DEFAULT '{}',
    contact_history jsonb[], flagged text, deleted_at timestamptz, first_response_at timestamptz, reference uuid, id_of_form smallint
);
INSERT INTO contact_leads (name, email, status, priority, lead_type, tags, created_at, last_contacted, quality_score, metadata, contact_history, flagged) VALUES
    ('A', 'a@example.com', 'unread', 'low', 'contact', '{a,b}', '2022-01-01 00:00+00', NULL, '55', '{"a": 1}', ARRAY['{"a": 1}']::jsonb[], 't'),
    ('B', 'b@example.com', 'contacted', 'normal', 'quote', '{" a ",NULL}', '2022-01-01 00:00+00', '2022-01-02 00:00', '5.5', '[]', NULL, 'off'),
    ('C', 'c@example.com', 'archived', NULL, NULL, '{{a,b},{c,d}}', '2022-01-01 00:00+00', '2021-01-02 00:00', 'high', NULL, '{}', 'dunno');
CREATE INDEX unread_ones ON contact_leads (created_at) WHERE status = 'unread';
CREATE VIEW unread AS SELECT id, name, status FROM contact_leads WHERE status = 'unread';
CREATE FUNCTION count_of(p_status lead_status) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM contact_leads WHERE status = p_status';
"""

# Less likely ones: no more is asked of them than to be adopted whole, and to take a lead.
ODD = {
    "many types": """
CREATE TABLE contact_leads (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone text, name name, email citext UNIQUE, subject char(20), message bytea,
    company "char", metadata hstore, tags varchar(20)[], contact_history text[], quality_score money, consent smallint, flagged boolean NOT NULL,
    duplicate_of smallint REFERENCES contact_leads, extra integer GENERATED ALWAYS AS IDENTITY, status character(10) NOT NULL DEFAULT 'new', "timestamp" date,
    created_at bigint, follow_up_date timestamptz, internal_notes json);
ALTER TABLE contact_leads DROP COLUMN gone;
CREATE INDEX contact_leads_reference_key ON contact_leads (duplicate_of);
CREATE VIEW v AS SELECT * FROM contact_leads WHERE email = 'A@B.CO' AND status = 'new';
CREATE VIEW w AS TABLE v;
CREATE RECURSIVE VIEW r (n) AS SELECT id FROM contact_leads UNION SELECT n FROM r;
INSERT INTO contact_leads (name, email, subject, message, company, metadata, tags, quality_score, consent, flagged, created_at, duplicate_of, internal_notes)
    VALUES ('N', 'A@b.co', 'sub', '\\x0102', 'c', 'a=>1', '{a,b}', '5', 1, true, 123, 1, '{"a": 1}');
""",
    "no id": """
CREATE TABLE contact_leads (email text PRIMARY KEY, name text);
INSERT INTO contact_leads VALUES ('a@b.co', 'x'), ('b@b.co', 'y');
CREATE TABLE others (e text REFERENCES contact_leads (email));
INSERT INTO others VALUES ('a@b.co');
""",
    "another key": """
CREATE TABLE contact_leads (id integer, key uuid CONSTRAINT contact_leads_pkey PRIMARY KEY DEFAULT gen_random_uuid(), email text);
INSERT INTO contact_leads VALUES (1), (2);
CREATE TABLE others (e uuid REFERENCES contact_leads);
INSERT INTO others SELECT key FROM contact_leads;
""",
    "a unique id": """
CREATE TABLE contact_leads (id serial CONSTRAINT contact_leads_reference_key UNIQUE, email text);
INSERT INTO contact_leads VALUES (1), (2);
CREATE TABLE others (e integer REFERENCES contact_leads (id));
INSERT INTO others SELECT id FROM contact_leads;
""",
    "other labels": """
CREATE TYPE lead_status AS ENUM ('new', 'read', 'replied');
CREATE TABLE contact_leads (id serial PRIMARY KEY, status lead_status DEFAULT 'new', email text);
INSERT INTO contact_leads (status) VALUES ('new'), ('replied'), (NULL);
CREATE VIEW v AS SELECT id FROM contact_leads WHERE status = 'new';
CREATE TABLE others (s lead_status);
""",
    "domains and odd names": """
CREATE DOMAIN mail AS varchar(100) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN must AS text NOT NULL;
CREATE TABLE contact_leads (id bigserial PRIMARY KEY, email mail, "Weird ""col" must DEFAULT 'x', name mail);
INSERT INTO contact_leads (email) VALUES ('a@b.co');
CREATE VIEW "V ""x" AS SELECT "Weird ""col" FROM contact_leads;
CREATE INDEX "I x" ON contact_leads ("Weird ""col");
CREATE TRIGGER "T x" BEFORE UPDATE ON contact_leads FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
""",
}

TABLES = {"text": TEXT, "json": JSON, "bare": BARE, "enums": ENUMS}


@pytest.fixture(scope="module", params=INSTALLED)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running_server(request.param, PROGRAMS[request.param]) as running:
        yield running


@contextmanager
def older(server: Server, text: str) -> Iterator[str]:
    """The owner's URL of a database that holds just this."""
    with psycopg.connect(server.cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE older OWNER leads_owner TEMPLATE template0")
        try:
            url = server.urls("older").owner
            with psycopg.connect(url) as connection:
                run(connection, text)
            yield url
        finally:
            admin.execute("DROP DATABASE older WITH (FORCE)")


@pytest.fixture(params=TABLES)
def url(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    with older(server, TABLES[request.param]) as url:
        yield url


@pytest.fixture
def text_url(server: Server) -> Iterator[str]:
    with older(server, TEXT) as url:
        yield url


@pytest.fixture
def json_url(server: Server) -> Iterator[str]:
    with older(server, JSON) as url:
        yield url


def run(connection: Connection, text: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(text)  # type: ignore[call-overload]
    return cursor.fetchall() if cursor.description else []


def ask(url: str, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        run(connection, "SET TimeZone = 'UTC'")
        return run(connection, text)


def dump(server: Server, url: str) -> str:
    done = subprocess.run([server.cluster.bin_dir / "pg_dump", url], check=True, capture_output=True, text=True)
    return "".join(line for line in done.stdout.splitlines(True) if not line.startswith(("\\restrict", "\\unrestrict")))


def rows(url: str) -> dict[int, dict[str, Any]]:
    """Every row as JSON, in the order in which they are stored."""
    return dict(enumerate(row[0] for row in ask(url, "SELECT to_jsonb(l) FROM contact_leads AS l ORDER BY ctid")))


def legacy_of(url: str) -> dict[int, dict[str, Any]]:
    """What each lead keeps of its older values, by id."""
    found = {row[0]: row[1] for row in ask(url, "SELECT id, metadata -> 'legacy' FROM contact_leads WHERE metadata ? 'legacy'")}
    for lead, text in ask(url, "SELECT lead_id, definition FROM app.adoption_notes WHERE kind = 'value'"):
        assert found[lead] == {"kept_in": "app.adoption_notes"}
        found[lead] = {**json.loads(text)["legacy"], "": json.loads(text)}
    return found


def parsed(value: Any) -> Any:
    """Text that is JSON, read."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def instant(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


TIMES = ("created_at", "timestamp", "updated_at", "last_contacted", "first_response_at", "deleted_at")
NOTHING = {
    "tags": [],
    "contact_history": [],
    "metadata": {},
    "flagged": False,
    "is_spam": False,
    "status": "unread",
    "priority": "medium",
    "lead_type": "contact",
}


def same(column: str, was: Any, now: Any, row: dict[str, Any]) -> bool:
    """Whether a new value says what the older one said."""
    if was is None:
        if column == "metadata":
            now = {key: value for key, value in now.items() if key != "legacy"}
        return column in (*TIMES, "reference", "is_spam", "lead_type") or now == NOTHING.get(column)
    if column in TIMES:
        return instant(was) == instant(now)
    if column == "follow_up_date":
        return instant(was) == instant(now)
    if column in ("flagged", "is_spam", "consent"):
        meant = {"1": True, "t": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}.get(
            str(was).lower(), "?"
        )
        return bool(now == meant) or (
            column == "is_spam" and str(row["metadata"].get("legacy", {}).get("status")).lower() == "spam"
        )
    if column == "tags":
        read = parsed(was)
        if isinstance(read, str):
            text = read.removeprefix("{").removesuffix("}").replace('"', "") if read.startswith("{p") else read
            read = [part.strip() for part in text.split(",") if part.strip()]
        return bool(now == read)
    if column in ("metadata", "contact_history"):
        mine = {key: value for key, value in now.items() if key != "legacy"} if column == "metadata" else now
        return bool(mine == parsed(was))
    if column == "quality_score":
        return float(was) == now
    return str(was) == str(now)


def kept_for_nothing(column: str, was: Any, now: dict[str, Any]) -> bool:
    """Whether the new value would have said it all."""
    try:
        return same(column, was, now[column], now)
    except ValueError:  # no number, no time
        return False


def test_every_value_is_there_afterwards(server: Server, url: str) -> None:
    before = rows(url)
    columns = list(before[0])
    numbered = [row["id"] for row in before.values()]
    assert migrate.migrate(url) == migrate.known_migrations()
    after = [row[0] for row in ask(url, "SELECT to_jsonb(l) FROM contact_leads AS l")]
    legacy = legacy_of(url)
    assert len(after) == len(before)
    unique = len(set(numbered)) == len(numbered) and None not in numbered
    by_key = {row["id"] if unique else row["company"]: row for row in after}
    for was in before.values():
        now = by_key[was["id"] if unique else was["company"]]
        kept = legacy.get(now["id"], {})
        whole = kept.get("", now["metadata"])
        for column in columns:
            if column in kept:
                assert kept[column] in (was[column], parsed(was[column])) or parsed(kept[column]) == was[column], (
                    column,
                    was[column],
                    kept[column],
                )
                assert was[column] is None or not kept_for_nothing(column, was[column], now), (column, was[column])
            elif column == "metadata":
                assert same(column, was[column], whole, now), (column, was[column], whole)
            else:
                assert same(column, was[column], now[column], now), (column, was[column], now[column])


def test_it_is_the_same_schema_as_everywhere(server: Server, url: str) -> None:
    """All that drift may name is what is theirs."""
    migrate.migrate(url)
    with psycopg.connect(url) as live, psycopg.connect(server.urls(server.template).owner) as written:
        found = differences(catalogue(live), catalogue(written))
    assert [line for line in found if not line.startswith("not of ours: ")] == []
    allowed = ("column ", "index ", "constraint ", "trigger ", "policy ", "grant ", "comment trigger ")
    assert [line for line in found if not line.removeprefix("not of ours: ").startswith(allowed)] == []


def test_our_functions_work_on_it(server: Server, url: str) -> None:
    migrate.migrate(url)
    ((top, count),) = ask(url, "SELECT max(id), count(*) FROM contact_leads")
    with psycopg.connect(server.urls("older").superuser) as connection:
        run(
            connection,
            'SELECT service.capture_lead(\'contact\', \'{"name": "New", "email": "a@example.com", "subject": "s", "message": "m"}\', \'{}\')',
        )
        run(connection, 'SELECT service.capture_lead(\'cv_request\', \'{"name": "New", "email": "a@example.com"}\', \'{}\')')
        run(connection, "SET ROLE leads_editor")
        run(connection, "UPDATE contact_leads SET status = 'contacted' WHERE name = 'New'")
        ((total,),) = run(connection, "SELECT sum(leads) FROM app.lead_totals WHERE NOT trashed AND NOT is_spam")
        ((found,),) = run(connection, "SELECT count(*) FROM app.matching_leads('new')")
        ((stats,),) = run(connection, "SELECT service.lead_stats()")
    ((spam,),) = ask(url, "SELECT count(*) FROM contact_leads WHERE is_spam")
    assert total == stats["total"] == count + 2 - spam
    assert found >= 2
    assert sorted(row[0] for row in ask(url, "SELECT id FROM contact_leads WHERE name = 'New'"))[0] > top


def test_next_numbers(server: Server) -> None:
    for text, expected in ((TEXT, 5001), (BARE, 46), (JSON, 4), (ENUMS, 4)):
        with older(server, text) as url:
            ids = [row[0] for row in ask(url, "SELECT id FROM contact_leads")]
            migrate.migrate(url)
            if text != BARE:
                assert [row[0] for row in ask(url, "SELECT id FROM contact_leads ORDER BY id")] == sorted(ids)
            else:
                assert ask(url, "SELECT id, company FROM contact_leads ORDER BY id") == [
                    (1, "one"), (7, "four"), (41, "two"), (42, "six"), (43, "three"), (44, "five"),
                ]  # fmt: skip
                assert ask(url, "SELECT metadata FROM contact_leads WHERE id IN (41, 43) ORDER BY id") == [
                    ({"legacy": {"id": 1, "created_at": None}},),
                    ({"legacy": {"id": None, "email": None, "created_at": None}},),
                ]
                assert ask(url, "INSERT INTO others DEFAULT VALUES RETURNING id") == [(41,)]
                expected = 45
            assert ask(url, "INSERT INTO contact_leads (name, email) VALUES ('x', 'x@example.com') RETURNING id") == [
                (expected,)
            ]


def test_statuses(server: Server, text_url: str) -> None:
    before = {row[0]: row[1] for row in ask(text_url, "SELECT id, status FROM contact_leads")}
    migrate.migrate(text_url)
    mapped: dict[Any, set[Any]] = {}
    for number, status, spam in ask(
        text_url, "SELECT id, status::text, is_spam FROM contact_leads WHERE campaign = 'status' OR campaign = 'a'"
    ):
        mapped.setdefault(before[number], set()).add((status, spam))
    unread, processing, contacted, archived = (
        {(status, False)} for status in ("unread", "processing", "contacted", "archived")
    )
    assert mapped == {
        "new": unread, "unread": unread, "Open": unread, None: unread, "none": unread, "": unread, "who knows": unread,
        "read": processing, " In Progress ": processing, "in_progress": processing, "in-progress": processing, "processing": processing, "pending": processing,
        "replied": contacted, "contacted": contacted, "answered": contacted, "done": contacted,
        "archived": archived, "CLOSED": archived, "spam": {("archived", True)}, "Spam": {("archived", True)},
    }  # fmt: skip
    answered = ask(
        text_url,
        "SELECT metadata #>> '{legacy,last_contacted}', last_contacted, first_response_at FROM contact_leads WHERE campaign = 'contacted' ORDER BY id",
    )
    assert [row[1] for row in answered[:3]] == [
        datetime(2099, 1, 2, tzinfo=UTC), datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2099, 1, 2, 0, 34, 5, 500000, tzinfo=UTC),
    ]  # fmt: skip
    assert all(row[1] == row[2] for row in answered)
    assert [row[0] for row in answered] == [
        None,
        None,
        None,
        "03/04/2020",
        "yesterday",
        "2020-02-31",
        "",
        "2020-01-01 25:00",
        "now",
    ]


def test_what_hangs_on_it(server: Server, text_url: str) -> None:
    before = {name: ask(text_url, f"SELECT * FROM {name} ORDER BY 1, 2") for name in ("names_again", "per_campaign")}
    oid = ask(text_url, "SELECT 'contact_leads'::regclass::oid")
    heard = ask(text_url, "SELECT count(*) FROM heard")
    migrate.migrate(text_url)
    assert ask(text_url, "SELECT 'contact_leads'::regclass::oid") == oid
    assert ask(text_url, "SELECT count(*) FROM heard") == heard
    # Views: as they were, with owner, grants, comments, options; one that can't be is noted with its text.
    assert [row[1] for row in ask(text_url, "SELECT * FROM names_again ORDER BY 1, 2")].count("c" * 200) == 1
    assert len(ask(text_url, "SELECT * FROM names_again")) == len(before["names_again"])
    assert ask(text_url, "SELECT * FROM per_campaign ORDER BY 1, 2") == before["per_campaign"]
    assert ask(text_url, "SELECT relispopulated FROM pg_class WHERE relname = 'not_yet'") == [(False,)]
    assert ask(text_url, "SELECT count(*) FROM pg_indexes WHERE indexname = 'per_campaign_key'") == [(1,)]
    assert ask(
        text_url,
        "SELECT obj_description('names'::regclass), col_description('names'::regclass, 2), reloptions FROM pg_class WHERE relname = 'names_again'",
    ) == [("Names.", "A name.", ["security_barrier=true"])]
    assert ask(text_url, "SELECT DISTINCT status FROM new_leads") == [("unread",)]
    assert ask(text_url, "SELECT DISTINCT loud, marks FROM new_leads WHERE loud = 'a,b,c!'") == [("a,b,c!", 1)]
    assert ask(text_url, "SELECT count(*) FROM of_both") == [(0,)]
    assert ask(
        text_url,
        "SELECT has_table_privilege('leads_public', 'names', 'SELECT'), has_column_privilege('leads_public', 'names_again', 'name', 'SELECT'), "
        "has_table_privilege('leads_public', 'contact_leads', 'INSERT'), has_column_privilege('leads_public', 'contact_leads', 'company', 'UPDATE'), "
        "has_sequence_privilege('leads_public', 'contact_leads_id_seq', 'USAGE'), has_table_privilege('leads_public', 'names_again', 'SELECT')",
    ) == [(True, True, True, True, True, False)]
    notes = {
        (kind, name): (note, definition)
        for kind, name, note, definition in ask(text_url, "SELECT kind, object, note, definition FROM app.adoption_notes")
    }
    assert notes["view", "public.hopeless"][0].startswith("Not made again")
    assert "label(" in notes["view", "public.hopeless"][1]
    assert "with the older types" in notes["view", "public.hopeful"][0]
    assert ask(text_url, "SELECT * FROM hopeful") == []
    # Triggers and foreign keys.
    assert "Replaced" in notes["trigger", "trigger_contact_leads_updated_at"][0]
    assert notes["trigger", "hear_new"][0].startswith("Not made again")
    assert notes["trigger", "broken"][0].startswith("Disabled")
    assert notes["index", "by_lower_status"][0].startswith("Not made again")
    assert notes["index", "new_ones"][0].startswith("Not made again")
    assert "CREATE INDEX idx_contact_leads_status" in notes["index", "idx_contact_leads_status"][1]
    assert ask(text_url, "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'contact_leads'::regclass AND NOT tgisinternal"
        " AND tgname !~ '^contact_leads_(search|totals|audit|mail)_' ORDER BY 1") == [
        ("broken", "D"), ("contact_leads_lifecycle", "O"), ("hear", "O"), ("silent", "D"), ("trigger_contact_leads_updated_at", "O"),
    ]  # fmt: skip
    ask(text_url, "UPDATE contact_leads SET company = 'x' WHERE id = 1")
    assert ask(text_url, "SELECT * FROM heard WHERE what = 'UPDATE'") == [(1, "UPDATE")]
    assert {row[0] for row in ask(text_url, "SELECT indexname FROM pg_indexes WHERE tablename = 'contact_leads'")} >= {
        "by_campaign",
        "by_company",
    }
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        ask(text_url, "INSERT INTO calls (lead) VALUES (99999)")
    ask(text_url, "DELETE FROM contact_leads WHERE id = 1")
    assert ask(text_url, "SELECT count(*) FROM calls WHERE lead = 1") == [(0,)]
    # A lead's values go with it, from the notes too.
    ask(text_url, "DELETE FROM contact_leads")
    assert ask(text_url, "SELECT count(*) FROM app.adoption_notes WHERE kind = 'value'") == [(0,)]


def test_what_would_refuse_our_leads(server: Server, json_url: str) -> None:
    migrate.migrate(json_url)
    constraints = {
        row[0] for row in ask(json_url, "SELECT conname FROM pg_constraint WHERE conrelid = 'contact_leads'::regclass")
    }
    assert {"contact_leads_pkey", "score_once", "contact_leads_score_check", "contact_leads_name_valid"} <= constraints
    assert not {"must_be_seen", "strange_key", "contact_leads_email_check", "contact_leads_email_key"} & constraints
    notes = {
        name: (note, definition)
        for name, note, definition in ask(json_url, "SELECT object, note, definition FROM app.adoption_notes")
    }
    for name in (
        "must_be_seen",
        "contact_leads_email_check",
        "contact_leads_email_fkey",
        "contact_leads_email_key",
        "answers_email_fkey",
        "one_each",
        "contact_leads_name_valid",
    ):
        assert notes[name][1], name
    assert "may be NULL now" in notes["external_id"][0]
    # Foreign keys to id and policies stay; the staff's policy is new.
    assert ask(json_url, "SELECT doubled, shout FROM contact_leads ORDER BY id LIMIT 1") == [(2, "A")]
    assert "no longer computed" in notes["shout"][0]
    assert ask(json_url, "SELECT count(*) FROM pg_constraint WHERE conname = 'answers_lead_fkey'") == [(1,)]
    assert {row[0] for row in ask(json_url, "SELECT policyname FROM pg_policies")} == {
        "all_of_them",
        "new_ones",
        "contact_leads_staff",
    }
    assert "see what it compares" in notes["new_ones"][0]
    assert ask(json_url, "SELECT count(*) FROM pg_rules WHERE rulename = 'remember'") == [(1,)]
    assert ask(
        json_url,
        "SELECT lead_type::text, priority::text, consent, follow_up_date, quality_score FROM contact_leads ORDER BY id",
    ) == [
        ("cv_request", "high", True, date(2024, 5, 6), 12),
        ("contact", "medium", None, None, 12),
        ("contact", "medium", None, date(2024, 5, 6), None),
    ]
    assert ask(
        json_url, "SELECT created_at, metadata #> '{legacy}' ? 'created_at' FROM contact_leads WHERE email = 'b@example.com'"
    ) == [(datetime(2021, 1, 1, 8, tzinfo=UTC), False)]


def test_row_level_security_that_is_forced(server: Server) -> None:
    """The owner, who could see none of its rows, adopts them all and captures."""
    with older(server, JSON + "ALTER TABLE contact_leads FORCE ROW LEVEL SECURITY;") as url:
        assert ask(url, "SELECT count(*) FROM contact_leads") == [(0,)]
        migrate.migrate(url)
        assert ask(url, "SELECT count(*) FROM contact_leads") == [(3,)]
        assert ask(url, "SELECT relrowsecurity FROM pg_class WHERE relname = 'contact_leads'") == [(True,)]


def test_a_policy_that_restricts_is_not_lost(server: Server) -> None:
    restricting = "CREATE POLICY not_new ON contact_leads AS RESTRICTIVE FOR SELECT TO leads_public USING (status <> 'new');"
    with older(server, TEXT + "ALTER TABLE contact_leads ENABLE ROW LEVEL SECURITY;" + restricting) as url:
        with pytest.raises(migrate.MigrationError, match="operator does not exist"):
            migrate.migrate(url)
        assert len(ask(url, "SELECT * FROM pg_policies")) == 1


def test_types_and_functions_of_theirs(server: Server) -> None:
    with older(server, ENUMS) as url:
        migrate.migrate(url)
        assert ask(url, "SELECT count_of('unread')") == [(1,)]
        assert ask(url, "SELECT name FROM unread") == [("A",)]
        assert ask(url, "SELECT relpersistence FROM pg_class WHERE relname = 'contact_leads'") == [("p",)]
        assert ask(url, "SELECT last_contacted, first_response_at FROM contact_leads ORDER BY id")[1:] == [
            (datetime(2022, 1, 2, tzinfo=UTC), datetime(2022, 1, 2, tzinfo=UTC)),
            (datetime(2021, 1, 2, tzinfo=UTC), None),
        ]
        assert ask(url, "SELECT count(*) FROM pg_type WHERE typname LIKE '%_older'") == [(0,)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("CREATE VIEW contact_leads AS SELECT 1 AS id", "no plain table"),
        ("CREATE TABLE contact_leads (id uuid PRIMARY KEY)", "no integer"),
        ("CREATE TABLE contact_leads (id serial); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
         "CREATE TRIGGER no BEFORE INSERT ON contact_leads FOR EACH ROW EXECUTE FUNCTION no()", "drops it"),
    ],
)  # fmt: skip
def test_what_cannot_be_adopted_is_left_alone(server: Server, text: str, why: str) -> None:
    with older(server, text) as url:
        before = ask(url, "SELECT pg_describe_object('pg_class'::regclass, 'contact_leads'::regclass, 0)")
        with pytest.raises(migrate.MigrationError, match=why):
            migrate.migrate(url)
        assert ask(url, "SELECT pg_describe_object('pg_class'::regclass, 'contact_leads'::regclass, 0)") == before


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_less_likely_ones(server: Server, text: str) -> None:
    with older(server, "") as url:
        with psycopg.connect(server.urls("older").superuser) as connection:
            run(connection, "CREATE EXTENSION citext; CREATE EXTENSION hstore; SET ROLE leads_owner")
            run(connection, text)
        before = rows(url)
        migrate.migrate(url)
        assert len(rows(url)) == len(before)
        with psycopg.connect(url) as live, psycopg.connect(server.urls(server.template).owner) as written:
            assert [
                line for line in differences(catalogue(live), catalogue(written)) if not line.startswith("not of ours: ")
            ] == []
        lost = ask(url, "SELECT kind, object, note FROM app.adoption_notes WHERE note LIKE 'Not made again%'")
        assert [row[:2] for row in lost] == (
            [("foreign key", "others_e_fkey")] if "REFERENCES contact_leads (email)" in text else []
        )
        ask(url, "INSERT INTO contact_leads (name, email) VALUES ('x', 'x@example.com'), ('y', 'x@example.com')")


def test_columns_of_later_names_make_room(server: Server) -> None:
    """version and assignee came later, and may mean something else to the older table's owner."""
    text = """
        CREATE TABLE contact_leads (name text, email text, version text, assignee integer, assignee_older integer);
        INSERT INTO contact_leads VALUES ('Jane', 'jane@example.com', 'v7', 4, 3);
        CREATE VIEW with_version AS SELECT name, version FROM contact_leads;
    """
    with older(server, text) as url:
        migrate.migrate(url)
        row = ask(url, "SELECT name, version, assignee, version_older, assignee_older, assignee_older_ FROM contact_leads")
        assert row == [("Jane", 1, None, "v7", 3, 4)]
        assert ask(url, "SELECT version FROM with_version") == [("v7",)]
        notes = "SELECT object FROM app.adoption_notes WHERE note LIKE 'A column of theirs: renamed%' ORDER BY 1"
        assert ask(url, notes) == [("assignee",), ("version",)]
        ask(url, "UPDATE contact_leads SET version_older = 'v8'")
        assert ask(url, "SELECT version FROM contact_leads") == [(2,)]
        assert ask(url, "SELECT before, after FROM app.audit_log") == [({"version_older": "v7"}, {"version_older": "v8"})]


def test_an_empty_one(server: Server) -> None:
    with older(server, "CREATE TABLE contact_leads (id serial PRIMARY KEY)") as url:
        migrate.migrate(url)
        assert ask(url, "INSERT INTO contact_leads (name, email) VALUES ('x', 'x@example.com') RETURNING id") == [(1,)]


class TestCommand:
    def test_dry_run_changes_nothing(self, server: Server, url: str) -> None:
        everything = server.urls("older").superuser  # row level security is no hindrance
        before = dump(server, everything)
        lines = rehearsal(url)
        assert dump(server, everything) == before
        assert lines[-1] == "Nothing was changed."
        assert any("Adopted with" in line for line in lines)
        # It says what then happens, but for the hour.
        migrate.migrate(url)
        assert sorted(lines[1:-1]) == sorted(told(url))

    def test_report_of_a_fresh_database(self, server: Server) -> None:
        url = server.urls(server.template).owner
        assert told(url) == ["Nothing to adopt: there was no older contact_leads."]
        assert rehearsal(url) == ["Nothing to do: the database has every migration. What was done: leads adopt --report"]

    def test_as_a_person_types_it(self, server: Server, text_url: str) -> None:
        def leads(*arguments: str) -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [sys.executable, "-m", "service", "adopt", *arguments],
                cwd=ROOT,
                capture_output=True,
                text=True,
                env={**os.environ, "DATABASE_URL": text_url},
            )

        assert leads().returncode == 2
        assert "--dry-run" in leads().stderr
        behind = leads("--report")
        assert (behind.returncode, behind.stdout) == (1, "")
        assert "leads migrate" in behind.stderr
        said = leads("--dry-run")
        assert (said.returncode, said.stderr) == (0, "")
        assert "  new: " in said.stdout
        assert "quality_score: " in said.stdout
        migrate.migrate(text_url)
        assert leads("--report").stdout.splitlines() == said.stdout.splitlines()[1:-1]


def test_rolling_back_is_refused_without_force(server: Server, text_url: str) -> None:
    applied = migrate.migrate(text_url)
    with pytest.raises(migrate.MigrationError, match=r"public\.contact_leads.*--force"):
        migrate.rollback(text_url, len(applied))


MANY = """
CREATE TABLE contact_leads (id serial PRIMARY KEY, name varchar(100) NOT NULL, email varchar(255) NOT NULL, subject varchar(300), message text, company varchar(100),
    status text DEFAULT 'new', "timestamp" timestamp DEFAULT now(), tags text, contact_history text, metadata text, flagged integer DEFAULT 0, quality_score numeric, last_contacted timestamp,
    internal_notes text, lead_source text);
INSERT INTO contact_leads (name, email, subject, message, company, status, "timestamp", tags, contact_history, metadata, flagged, quality_score, last_contacted)
SELECT 'Name ' || i, 'person' || i || '@example.com', 'Subject ' || i, repeat('message ' || i || ' ', 20), CASE WHEN i % 3 = 0 THEN '' ELSE 'Company ' || i % 1000 END,
    (ARRAY['new', 'read', 'replied', 'archived', 'spam', 'odd'])[1 + i % 6], timestamp '2020-01-01' + i * interval '7 minutes', 'a, b' || i % 50,
    '[{"note": "called", "n": ' || i || '}]', '{"ip": "192.0.2.1", "n": ' || i || '}', i % 2, i % 120, CASE WHEN i % 6 = 2 THEN timestamp '2024-01-01' END
FROM generate_series(1, %d) AS i;
CREATE INDEX idx_contact_leads_status ON contact_leads (status);
CREATE INDEX idx_contact_leads_created_at ON contact_leads ("timestamp");
CREATE VIEW recent AS SELECT * FROM contact_leads WHERE status = 'new' ORDER BY "timestamp" DESC;
CREATE TABLE calls (lead integer REFERENCES contact_leads);
INSERT INTO calls SELECT id FROM contact_leads;
"""


def test_a_hundred_thousand(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with older(server, MANY.replace("%d", "100000")) as url:
        begun = time.monotonic()
        migrate.migrate(url)
        took = time.monotonic() - begun
        with capsys.disabled():
            print(f"\n100,000 rows adopted in {took:.1f} s")
        assert took < 60
        assert ask(
            url,
            """SELECT count(*), sum(id), count(*) FILTER (WHERE name = 'Name ' || id AND email = 'person' || id || '@example.com'
                AND created_at = timestamptz '2020-01-01 00:00+00' + id * interval '7 minutes' AND tags = ARRAY['a', 'b' || id % 50]
                AND (contact_history #>> '{0,n}')::int = id AND (metadata ->> 'n')::int = id AND flagged = (id % 2 = 1)
                AND quality_score IS NOT DISTINCT FROM CASE WHEN id % 120 <= 100 THEN id % 120 END
                AND (metadata #>> '{legacy,quality_score}' IS NOT NULL) = (id % 120 > 100) AND is_spam = (id % 6 = 4))
            FROM contact_leads""",
        ) == [(100_000, 5_000_050_000, 100_000)]
        assert ask(url, "SELECT status::text, count(*) FROM contact_leads GROUP BY 1 ORDER BY 1") == [
            ("archived", 33334), ("contacted", 16667), ("processing", 16667), ("unread", 33332),
        ]  # fmt: skip


def test_killed_in_the_middle(server: Server) -> None:
    """At random moments: the table is as it was, or adopted, and the next run finishes."""
    for _ in range(4):
        with older(server, MANY.replace("%d", "4000")) as url:
            before = ask(url, "SELECT md5(string_agg(l::text, E'\\n' ORDER BY id)) FROM contact_leads AS l")
            process = subprocess.Popen(
                [sys.executable, "-m", "service", "migrate"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            with psycopg.connect(url, autocommit=True) as watch:
                working = "SELECT count(*) FROM pg_locks WHERE relation = to_regclass('public.contact_leads') AND mode = 'AccessExclusiveLock'"
                while process.poll() is None and run(watch, working) == [(0,)]:
                    time.sleep(0.002)
                time.sleep(random.uniform(0, 0.8))
                process.send_signal(signal.SIGKILL)
                process.wait()
                # Its server process ends with its connection.
                run(watch, f"SELECT pg_advisory_lock({migrate.ADVISORY_LOCK})")
                while run(
                    watch,
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                ) != [(0,)]:
                    time.sleep(0.01)
                adopted = "0002.contact-leads" not in migrate.state(url).pending
                if not adopted:
                    assert ask(url, "SELECT md5(string_agg(l::text, E'\\n' ORDER BY id)) FROM contact_leads AS l") == before
                    assert len(ask(url, "SELECT id FROM recent")) > 0
            migrate.migrate(url)
            assert migrate.state(url).matches
            assert ask(url, "SELECT count(*), sum(id), count(*) FILTER (WHERE name = 'Name ' || id) FROM contact_leads") == [
                (4000, 8_002_000, 4000)
            ]


def test_a_superuser_may_run_it_for_another_owner(server: Server) -> None:
    with older(server, TEXT) as url:
        migrate.migrate(server.urls("older").superuser)
        assert ask(
            url, "SELECT relowner::regrole::text FROM pg_class WHERE relname IN ('contact_leads', 'names') ORDER BY 1"
        ) == [("leads_owner",), ("leads_owner",)]
