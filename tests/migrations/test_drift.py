"""A changed object of every kind is named, and nothing is when nothing changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import Server, Urls, running_server
from service.cli.drift import catalogue, differences

CHANGES = {
    "column public.contact_leads.extra": "ALTER TABLE contact_leads ADD COLUMN extra text",
    "column contact_leads.company": "ALTER TABLE contact_leads ALTER COLUMN company SET DEFAULT 'x'",
    "constraint contact_leads.contact_leads_phone_valid": "ALTER TABLE contact_leads DROP CONSTRAINT contact_leads_phone_valid",
    "index contact_leads.idx_contact_leads_role": "DROP INDEX idx_contact_leads_role",
    "trigger contact_leads.contact_leads_lifecycle": "ALTER TABLE contact_leads DISABLE TRIGGER contact_leads_lifecycle",
    "function service.lead_stats()": "CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json LANGUAGE sql AS $$ SELECT '{}'::json $$",
    "grant function service.lead_stats() to leads_public": "GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_public",
    "grant relation contact_leads to leads_public": "GRANT SELECT ON contact_leads TO leads_public",
    "grant column contact_leads.name to leads_public": "GRANT SELECT (name) ON contact_leads TO leads_public",
    "grant schema app to public": "GRANT USAGE ON SCHEMA app TO public",
    "type lead_priority": "ALTER TYPE lead_priority ADD VALUE 'never'",
    "comment column contact_leads.name": "COMMENT ON COLUMN contact_leads.name IS 'x'",
    "comment function app.now()": "COMMENT ON FUNCTION app.now() IS NULL",
    "relation app.more": "CREATE TABLE app.more (x int)",
    "policy contact_leads.mine": "CREATE POLICY mine ON contact_leads USING (true)",
    "comment schema stats": "COMMENT ON SCHEMA stats IS NULL",
    "relation stats.by_day": "ALTER VIEW stats.by_day SET (security_invoker = true)",
    "index app.lead_search.app.lead_search_names": "ALTER INDEX app.lead_search_names SET (fastupdate = off)",
    "relation app.lead_count_changes": "ALTER TABLE app.lead_count_changes RESET (autovacuum_vacuum_threshold)",
    "relation api.leads": "ALTER VIEW api.leads SET (security_invoker = false)",
    "comment column api.leads.name": "COMMENT ON COLUMN api.leads.name IS 'x'",
    "text search configuration app.simple_folded": "ALTER TEXT SEARCH CONFIGURATION app.simple_folded DROP MAPPING FOR word",
    "comment text search configuration app.english_folded": "COMMENT ON TEXT SEARCH CONFIGURATION app.english_folded IS NULL",
    "extension pg_trgm": "DROP EXTENSION pg_trgm CASCADE",
    "extension unaccent": "DROP EXTENSION unaccent CASCADE",
}  # fmt: skip


def read(urls: Urls) -> dict[str, str]:
    with psycopg.connect(urls.owner) as connection:
        connection.read_only = True
        return catalogue(connection)


@pytest.mark.parametrize("name", CHANGES)
def test_each_kind_of_change_is_named(urls: Urls, name: str) -> None:
    written = read(urls)
    with psycopg.connect(urls.owner) as connection:
        connection.execute(CHANGES[name])  # type: ignore[call-overload]
        changed = differences(catalogue(connection), written)
        connection.rollback()
    subject = name.replace("public.contact_leads", "contact_leads")
    assert any(f": {subject}" in line for line in changed), changed
    assert differences(read(urls), written) == []


@pytest.fixture(scope="module")
def older() -> Iterator[Server | None]:
    folder = Path("/usr/lib/postgresql/15/bin")
    if not folder.exists():
        yield None
        return
    with running_server("15", folder) as running:
        yield running


def test_every_version_of_postgresql_reads_the_same(urls: Urls, older: Server | None) -> None:
    """So that a server of another version is compared without false alarms."""
    if older is not None:
        with older.clone() as elsewhere:
            assert differences(read(elsewhere), read(urls)) == []


def test_it_changes_nothing(urls: Urls) -> None:
    def writes() -> Any:
        with psycopg.connect(urls.owner, autocommit=True) as connection:
            return connection.execute("SELECT pg_current_xact_id_if_assigned(), count(*) FROM pg_class").fetchone()

    before = writes()
    read(urls)
    assert writes() == before
