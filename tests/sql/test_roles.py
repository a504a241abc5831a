"""Least privilege: what each login can do, tried."""

import psycopg
import pytest
from psycopg import errors

from conftest import Urls

CAPTURE = 'SELECT service.capture_lead(\'contact\', \'{"name": "Jane", "email": "jane@example.com"}\', \'{}\')'

READS = [
    "TABLE public.contact_leads",
    "TABLE app.users",
    "TABLE app.revoked_tokens",
    "TABLE app.idempotency_keys",
    "TABLE app.status_moves",
    "SELECT service.lead_stats()",
    "TABLE app.lead_search",
    "TABLE app.lead_totals",
    "TABLE api.leads",
    "SELECT app.matching_leads('a')",
    "SELECT service.lead(1)",
    "TABLE app.sessions",
    "TABLE app.api_keys",
    "TABLE app.second_factors",
    "TABLE app.recovery_codes",
    "TABLE app.login_tries",
    "TABLE app.known_clients",
    "SELECT * FROM service.begin_login('admin', '')",
    "SELECT service.list_users()",
    "SELECT service.list_keys()",
    "SELECT service.list_sessions(NULL)",
    "SELECT service.user_profile('admin')",
    "SELECT * FROM service.credentials()",
    "SELECT service.purge_expired()",
    "SELECT service.revoke_token(gen_random_uuid(), now())",
    "SELECT query_to_xml('table public.contact_leads', true, true, '')",
    "SELECT * FROM ts_stat('select to_tsvector(message) from public.contact_leads')",
    "COPY public.contact_leads TO STDOUT",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE TABLE public.mine (x int)",
    "CREATE FUNCTION service.mine() RETURNS int LANGUAGE sql RETURN 1",
]


@pytest.fixture(scope="module", autouse=True)
def a_lead(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")


@pytest.mark.threat(17)
class TestCapture:
    def test_it_can_store_a_lead(self, urls: Urls) -> None:
        with psycopg.connect(urls.capture) as connection:
            row = connection.execute(CAPTURE).fetchone()
            assert row is not None
            assert set(row[0]) == {"success", "reference"}
            connection.rollback()

    @pytest.mark.parametrize("statement", READS)
    def test_it_can_do_nothing_else(self, urls: Urls, statement: str) -> None:
        with (
            psycopg.connect(urls.capture) as connection,
            pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)),
        ):
            connection.execute(statement)  # type: ignore[call-overload]

    @pytest.mark.parametrize("role", ["leads_viewer", "leads_admin", "leads_service", "leads_owner", "postgres"])
    def test_it_can_become_nobody_else(self, urls: Urls, role: str) -> None:
        with psycopg.connect(urls.capture) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"SET ROLE {role}")  # type: ignore[call-overload]


@pytest.mark.threat(17)
class TestService:
    @pytest.mark.parametrize("statement", [*READS[:8], CAPTURE])
    def test_by_itself_it_reads_no_lead(self, urls: Urls, statement: str) -> None:
        with psycopg.connect(urls.service) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[call-overload]

    @pytest.mark.parametrize(
        ("role", "statement", "allowed"),
        [
            ("viewer", "TABLE api.leads", True),
            ("viewer", "TABLE app.lead_totals", True),
            ("viewer", "SELECT app.matching_leads('a')", True),
            ("viewer", "DELETE FROM app.lead_search", False),
            ("viewer", "TABLE app.lead_counts", False),
            ("viewer", "SELECT service.lead_stats()", True),
            ("viewer", "UPDATE public.contact_leads SET internal_notes = 'x'", False),
            ("viewer", "DELETE FROM public.contact_leads", False),
            ("viewer", "TABLE app.users", False),
            ("editor", "UPDATE public.contact_leads SET status = 'processing'", True),
            ("editor", "INSERT INTO public.contact_leads (name, email, tags) VALUES ('x', 'x@y.zz', '{a}')", True),
            ("editor", "DELETE FROM public.contact_leads", False),
            ("editor", "TABLE app.users", False),
            ("admin", "DELETE FROM public.contact_leads", True),
            ("admin", "TABLE api.leads", True),
            ("admin", "UPDATE api.leads SET name = 'x'", False),
            ("admin", "TABLE app.users", False),
            ("admin", "UPDATE app.status_moves SET to_status = 'unread'", False),
        ],
    )
    def test_it_takes_on_the_staff_roles(self, urls: Urls, role: str, statement: str, allowed: bool) -> None:
        with psycopg.connect(urls.service) as connection:
            connection.execute(f"SET ROLE leads_{role}")  # type: ignore[call-overload]
            if allowed:
                connection.execute(statement)  # type: ignore[call-overload]
            else:
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement)  # type: ignore[call-overload]
            connection.rollback()

    def test_it_owns_nothing(self, urls: Urls) -> None:
        with psycopg.connect(urls.superuser) as connection:
            owned = connection.execute(
                "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid IN "
                "(SELECT oid FROM pg_roles WHERE rolname LIKE 'leads\\_%' AND rolname <> 'leads_owner')"
            ).fetchone()
        assert owned == (0,)


def test_the_owner_is_no_superuser(urls: Urls) -> None:
    """So that what is migrated here can be migrated on a managed server."""
    with psycopg.connect(urls.owner) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True, False)


def test_public_may_execute_no_function_of_ours(urls: Urls) -> None:
    statement = """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('app', 'service') AND has_function_privilege('public', p.oid, 'execute')
    """
    with psycopg.connect(urls.owner) as connection:
        assert connection.execute(statement).fetchall() == []
