"""Forward and back, twice, at once, interrupted: each leaves a database that the next run brings to the right state."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from conftest import Server, Urls
from service import migrate
from service.migrate import MIGRATIONS, MigrationError

Connection = psycopg.Connection[tuple[Any, ...]]
ALL = migrate.known_migrations()


@pytest.fixture
def empty(server: Server) -> Iterator[Urls]:
    """A database that has nothing yet."""
    with psycopg.connect(server.cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE nothing_yet OWNER leads_owner TEMPLATE template0")
        try:
            yield server.urls("nothing_yet")
        finally:
            admin.execute("DROP DATABASE nothing_yet WITH (FORCE)")


def test_all_of_them_and_then_none(empty: Urls) -> None:
    assert migrate.state(empty.owner).pending == tuple(ALL)
    assert migrate.migrate(empty.owner) == ALL
    assert migrate.migrate(empty.owner) == []
    assert migrate.state(empty.owner).matches


@pytest.mark.threat(55)
def test_two_at_once(empty: Urls) -> None:
    done: list[list[str]] = []
    runs = [threading.Thread(target=lambda: done.append(migrate.migrate(empty.owner))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(done) == [[], [], [], ALL]


@pytest.mark.threat(55)
def test_a_lock_row_left_behind_is_cleared(empty: Urls) -> None:
    migrate.migrate(empty.owner)
    migrate.rollback(empty.owner, 1)
    with psycopg.connect(empty.owner) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    assert migrate.migrate(empty.owner) == ALL[-1:]


def test_one_that_fails_leaves_nothing_of_itself(empty: Urls) -> None:
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA app")
        connection.execute("CREATE TABLE app.in_the_way (x int)")
        with pytest.raises(MigrationError, match=ALL[0]):
            migrate.migrate(empty.owner)
        assert migrate.state(empty.owner).pending == tuple(ALL)
        connection.execute("DROP SCHEMA app CASCADE")
    assert migrate.migrate(empty.owner) == ALL


def test_a_locked_table_fails_it_soon_and_the_next_run_succeeds(empty: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")
    migrate.migrate(empty.owner)
    for force in (False, True):
        with psycopg.connect(empty.owner) as other:
            other.execute("LOCK TABLE app.adoption_notes")
            with pytest.raises(MigrationError, match="lock"):
                migrate.rollback(empty.owner, len(ALL), force=force)
        assert not migrate.state(empty.owner).unknown
    # Each is a transaction of its own: those after the one that made the table were taken back before that one failed.
    assert migrate.migrate(empty.owner) == ALL[ALL.index("0002.contact-leads") + 1 :]
    assert migrate.rollback(empty.owner, len(ALL), force=True) == ALL[::-1]
    assert migrate.migrate(empty.owner) == ALL


def test_leads_that_were_there_are_found_and_counted(fresh_urls: Urls) -> None:
    migrate.rollback(fresh_urls.owner, len(ALL) - ALL.index("0006.search-and-totals"))
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO contact_leads (name, email, status, deleted_at) SELECT 'Jane ' || n, 'jane@example.com',"
            " CASE WHEN n <= 3 THEN 'archived' ELSE 'unread' END::lead_status, CASE WHEN n = 9 THEN now() END FROM generate_series(1, 10) AS n"
        )
        migrate.migrate(fresh_urls.owner)
        totals = "SELECT status::text, trashed, sum(leads)::int FROM app.lead_totals GROUP BY 1, 2 ORDER BY 1, 2"
        assert connection.execute(totals).fetchall() == [("archived", False, 3), ("unread", False, 6), ("unread", True, 1)]
        assert connection.execute("SELECT count(*) FROM app.matching_leads('jane')").fetchone() == (10,)


@pytest.mark.parametrize("extension", ["pg_trgm", "unaccent"])
def test_an_extension_elsewhere_is_named(empty: Urls, extension: str) -> None:
    with psycopg.connect(empty.superuser, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA extensions")
        connection.execute(sql.SQL("CREATE EXTENSION {} SCHEMA extensions").format(sql.Identifier(extension)))
        with pytest.raises(MigrationError, match=f"ALTER EXTENSION {extension} SET SCHEMA public"):
            migrate.migrate(empty.owner)
        connection.execute(sql.SQL("ALTER EXTENSION {} SET SCHEMA public").format(sql.Identifier(extension)))
    assert migrate.migrate(empty.owner)[-1] == ALL[-1]


def test_a_superuser_migrates_and_staff_can_search(empty: Urls) -> None:
    """Though 0001 takes PUBLIC's right to the functions that the superuser makes, those of the extensions among them."""
    migrate.migrate(empty.superuser)
    with psycopg.connect(empty.superuser) as connection:
        connection.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane Kowalczyk', 'jane@example.com')")
        connection.execute("SET LOCAL ROLE leads_viewer")
        assert connection.execute("SELECT count(*) FROM app.matching_leads('kowalcyzk')").fetchone() == (1,)


def test_a_database_that_is_ahead_is_left_alone(fresh_urls: Urls) -> None:
    with psycopg.connect(fresh_urls.owner) as connection:
        connection.execute(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9999.from-later', now())"
        )
    assert migrate.state(fresh_urls.owner).unknown == ("9999.from-later",)
    for attempt in (migrate.migrate, migrate.rollback):
        with pytest.raises(MigrationError, match=r"ahead.*9999\.from-later"):
            attempt(fresh_urls.owner)


class TestRollback:
    def test_back_to_nothing_and_up_again(self, fresh_urls: Urls) -> None:
        assert migrate.rollback(fresh_urls.owner, len(ALL)) == ALL[::-1]
        assert migrate.state(fresh_urls.owner).pending == tuple(ALL)
        assert migrate.migrate(fresh_urls.owner) == ALL

    def test_rows_are_not_destroyed_without_force(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
            connection.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")
            with pytest.raises(MigrationError, match=r"public\.contact_leads.*--force"):
                migrate.rollback(fresh_urls.owner, len(ALL))
            assert migrate.state(fresh_urls.owner).matches
            assert connection.execute("SELECT count(*) FROM contact_leads").fetchone() == (1,)
        assert migrate.rollback(fresh_urls.owner, len(ALL), force=True) == ALL[::-1]

    def test_a_harmless_one_needs_no_force(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute("ALTER TABLE contact_leads DISABLE TRIGGER contact_leads_audit_insert")
            connection.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")
            connection.execute("ALTER TABLE contact_leads ENABLE TRIGGER contact_leads_audit_insert")
        assert migrate.rollback(fresh_urls.owner) == ALL[-1:]

    def test_the_audit_is_not_destroyed_without_force(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")
        with pytest.raises(migrate.MigrationError, match=r"would destroy app\.audit_log\."):
            migrate.rollback(fresh_urls.owner, len(ALL) - ALL.index("0007.edits-and-audit"))

    def test_whatever_a_rollback_drops_it_names(self) -> None:
        for name in ALL:
            text = (MIGRATIONS / f"{name}.rollback.sql").read_text()
            dropped = set(re.findall(r"DROP TABLE ([\w.]+)", text)) - {
                "app.status_moves",
                "app.sla_policies",
            }  # rules, not rows
            dropped -= {"app.lead_search", "app.lead_counts", "app.lead_count_changes", "app.lead_cells"}  # made from the leads
            dropped -= {"app.status_changes"}  # made from the audit
            dropped -= {"app.metric_settings", "app.person_key"}  # settings, of one row each
            dropped -= {"app.audit_sealing", "app.events"}  # how far the sealing is, and what is told for a day
            dropped -= {"app.sessions", "app.login_tries", "app.known_clients"}  # of hours, and from where one logs in
            dropped -= {"app.auto_replies"}  # of a day
            assert {table for table, column in migrate.DESTROYS.findall(text) if not column} == dropped, name

    def test_a_column_with_values_counts(self, fresh_urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        (tmp_path / "x.rollback.sql").write_text("-- destroys: public.contact_leads(company)\n")
        monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path)
        insert = sql.SQL("INSERT INTO contact_leads (name, email, company) VALUES ('J', 'j@example.com', {})")
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute(insert.format(None))
            assert migrate._losses(connection, "x") == []
            connection.execute(insert.format("ACME"))
            assert migrate._losses(connection, "x") == ["public.contact_leads(company)"]
            connection.rollback()


@pytest.mark.parametrize("released", range(2, len(ALL)))
def test_an_upgrade_keeps_the_data_and_an_analysts_view(fresh_urls: Urls, released: int) -> None:
    """From every earlier state that has the table of leads: with rows in it, and a view of somebody's own on it."""
    migrate.rollback(fresh_urls.owner, len(ALL) - released)
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO contact_leads (name, email, status, tags, metadata) VALUES"
            " ('Jane', 'jane@example.com', 'contacted', '{warm}', '{\"ip_address\": \"203.0.113.1\"}')"
        )
        connection.execute(
            "CREATE VIEW public.sentinel AS SELECT status, count(*) AS leads, max(created_at) AS newest FROM contact_leads GROUP BY status"
        )
        before = connection.execute("SELECT * FROM contact_leads").fetchall()
        seen = connection.execute("SELECT * FROM sentinel").fetchall()
        assert migrate.migrate(fresh_urls.owner) == ALL[released:]
        after = connection.execute("SELECT * FROM contact_leads").fetchall()
        assert [row[: len(before[0])] for row in after] == before  # columns are only ever appended
        assert connection.execute("SELECT * FROM sentinel").fetchall() == seen
