"""`leads analyst`: real logins, on PostgreSQL 18 and 15, and over the embedded database's port of 127.0.0.1.

A cluster of its own, since roles belong to the cluster, and an owner who is no superuser.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from leads_up import FORM, leads, private_folder, running
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from typer.testing import CliRunner, Result

from service.cli import app
from service.cli.drift import catalogue
from service.cli.finding import CommandError
from service.embedded import EmbeddedCluster, EmbeddedError

PROGRAMS = {"embedded": None, "15": Path("/usr/lib/postgresql/15/bin")}
INSTALLED = [name for name, folder in PROGRAMS.items() if folder is None or (folder / "initdb").exists()]
NOWHERE = Path("/nonexistent")
# What the lead says of the person, in each column that does.
PERSON = {
    "name": "Jane Doe-Secret", "email": "jane.secret@example.com", "company": "Secret Ltd", "phone": "+49 30 5555",
    "subject": "A secret subject", "message": "A secret message", "internal_notes": "A secret note",
}  # fmt: skip

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module", params=INSTALLED)
def cluster(request: pytest.FixtureRequest) -> Iterator[EmbeddedCluster]:
    """Migrated, with a lead in it; to the command it is somebody's own server."""
    with private_folder() as folder:
        cluster = EmbeddedCluster(folder / "var", bin_dir=PROGRAMS[request.param], options={"fsync": "off"})
        with cluster.session():
            assert leads(NOWHERE, "migrate", MIGRATION_DATABASE_URL=cluster.url()).returncode == 0
            with psycopg.connect(cluster.url()) as owner:
                owner.execute(
                    sql.SQL("INSERT INTO contact_leads ({}) VALUES ({})").format(
                        sql.SQL(", ").join(map(sql.Identifier, PERSON)), sql.SQL(", ").join(sql.Placeholder() * len(PERSON))
                    ),
                    list(PERSON.values()),
                )
            yield cluster


@pytest.fixture(scope="module")
def anna(cluster: EmbeddedCluster) -> str:
    """The connection string of an analyst like any other."""
    return shown(said(cluster, "add", "anna"))


@pytest.fixture(scope="module")
def pia(cluster: EmbeddedCluster) -> str:
    """That of one who may read personal data."""
    return shown(said(cluster, "add", "pia", "--personal"))


def ask(where: EmbeddedCluster | Path, *arguments: str) -> Result:
    """The command in this process, which is quicker than one of its own: on somebody's own server, or a folder's embedded one."""
    name, value = ("LEADS_DATA_DIR", str(where)) if isinstance(where, Path) else ("MIGRATION_DATABASE_URL", where.url())
    return CliRunner().invoke(app, ["analyst", *arguments], env={name: value})


def said(where: EmbeddedCluster | Path, *arguments: str) -> str:
    done = ask(where, *arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.exception
    return done.stdout


def refusal(where: EmbeddedCluster | Path, *arguments: str) -> str:
    done = ask(where, *arguments)
    assert isinstance(done.exception, (CommandError, EmbeddedError))
    assert done.output == ""
    return str(done.exception)


def shown(printed: str) -> str:
    """The connection string, which stands on a line of its own; the password stands there alone."""
    (url,) = re.findall(r"^postgresql://\S+$", printed, flags=re.MULTILINE)
    assert printed.count(str(conninfo_to_dict(url)["password"])) == 1
    (call,) = re.findall(r"^psql '?(postgresql://[^'\s]+)'?$", printed, flags=re.MULTILINE)
    assert conninfo_to_dict(call) == {key: part for key, part in conninfo_to_dict(url).items() if key != "password"}
    return str(url)


def log_in(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def value(url: str, statement: str) -> Any:
    with log_in(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def refused(url: str) -> str:
    """Why one can't log in."""
    with pytest.raises(psycopg.OperationalError) as refusal:
        log_in(url).close()
    return str(refusal.value)


@pytest.mark.parametrize("statement", ["TABLE overview", "TABLE stats.overview", "TABLE leads", "TABLE stats.leads"])
def test_the_numbers_and_the_leads_without_the_person(anna: str, statement: str) -> None:
    with log_in(anna) as connection:
        cursor = connection.execute(statement.encode())
        (row,) = cursor.fetchall()
        assert not {column.name for column in cursor.description or ()} & PERSON.keys()
    text = repr(row).lower()
    assert [word for word in PERSON.values() if word.lower() in text] == []


def test_names_and_messages_only_where_they_were_granted(anna: str, pia: str) -> None:
    with log_in(pia) as connection:
        row = connection.execute("SELECT name, email, company, phone, subject, message FROM personal").fetchone()
    assert row == tuple(value for column, value in PERSON.items() if column != "internal_notes")
    with log_in(anna) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("TABLE stats.personal")


def test_what_was_granted_to_an_analyst_is_no_drift(cluster: EmbeddedCluster, pia: str) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as owner:
        before = catalogue(owner)
        assert value(pia, "SELECT has_table_privilege('stats.personal', 'SELECT')")
        assert not [name for name in before if "pia" in name]
        owner.execute("GRANT SELECT ON stats.personal TO leads_viewer")
        assert [name for name in catalogue(owner) if name not in before] == ["grant relation stats.personal to leads_viewer"]
        owner.execute("REVOKE SELECT ON stats.personal FROM leads_viewer")


CLOSED = [
    "TABLE public.contact_leads",
    "SELECT email FROM public.contact_leads",
    "TABLE app.users",
    "TABLE app.audit_log",
    "TABLE app.person_key",
    "TABLE app.lead_search",
    "TABLE api.leads",
    "TABLE pg_catalog.pg_authid",
    "SELECT service.lead_stats()",
    "SELECT * FROM service.credentials()",
    "SELECT app.matching_leads('a')",
    "SELECT query_to_xml('table public.contact_leads', true, true, '')",
    "COPY public.contact_leads TO STDOUT",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SET ROLE leads_viewer",
    "SET ROLE leads_service",
    "SET ROLE leads_owner",
    "SET ROLE postgres",
    "INSERT INTO public.contact_leads (name, email) VALUES ('x', 'x@example.com')",
    "UPDATE public.contact_leads SET name = 'x'",
    "DELETE FROM public.contact_leads",
    "TRUNCATE public.contact_leads",
    "UPDATE stats.personal SET name = 'x'",
    "DELETE FROM stats.personal",
    "DROP VIEW stats.leads",
    "CREATE TABLE stats.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "GRANT leads_analyst TO leads_capture",
]


@pytest.mark.parametrize("who", ["anna", "pia"])
def test_all_else_is_closed_also_without_the_default_of_reading_only(
    cluster: EmbeddedCluster, request: pytest.FixtureRequest, who: str
) -> None:
    own = [
        f"ALTER ROLE {who} {change}"
        for change in ("SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS", "CONNECTION LIMIT 99", "VALID UNTIL 'infinity'")
    ]
    url, passed = request.getfixturevalue(who), []
    with log_in(url) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in [*CLOSED, *own, f"COMMENT ON ROLE {who} IS 'x'", f"DROP ROLE {who}"]:
            try:
                connection.execute(statement.encode())
                passed.append(statement)
            except errors.InsufficientPrivilege:
                pass
        connection.execute("GRANT SELECT ON stats.leads TO PUBLIC")  # only warns that it grants nothing
    assert passed == []
    assert not value(cluster.url(), "SELECT has_table_privilege('leads_capture', 'stats.leads', 'SELECT')")
    assert value(cluster.url(), "SELECT count(*) FROM contact_leads WHERE name = 'Jane Doe-Secret'") == 1


def test_the_defaults_of_a_login(cluster: EmbeddedCluster) -> None:
    url = shown(said(cluster, "add", "quick", "--connections", "2", "--timeout", "1"))
    with log_in(url) as connection:
        with pytest.raises(errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE public.mine (x int)")
        with pytest.raises(errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(20)")
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path")
        found = [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names]
        assert found == [("1s",), ("5s",), ("10min",), ("stats",)]
        with closing(log_in(url)):
            assert "too many connections" in refused(url)
            assert re.search(r"^ quick +no +2 +1s +2 *$", said(cluster, "list"), re.MULTILINE)
    role = "rolinherit AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
    assert value(cluster.url(), f"SELECT {role} FROM pg_roles WHERE rolname = 'quick'")


def test_another_password_ends_the_old_ones_sessions(cluster: EmbeddedCluster) -> None:
    old = shown(said(cluster, "add", "paul"))
    with closing(log_in(old)) as session:
        new = shown(said(cluster, "password", "paul"))
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert "password" in refused(old)
    assert value(new, "SELECT session_user::text") == "paul"
    stored = value(cluster.url("postgres"), "SELECT rolpassword FROM pg_authid WHERE rolname = 'paul'")
    assert stored.startswith("SCRAM-SHA-256$")
    assert not value(cluster.url(), "SELECT pg_has_role('leads_owner', 'paul', 'USAGE')"), "that membership was for a moment"


def test_removed_with_all_it_has(cluster: EmbeddedCluster) -> None:
    url = shown(said(cluster, "add", "rita", "--personal"))
    with closing(log_in(url)) as session:
        session.execute("SET default_transaction_read_only = off")
        session.execute("CREATE TEMPORARY TABLE mine AS SELECT * FROM stats.personal")
        session.execute("SELECT lo_create(0)")
        assert "Sessions that were ended: 1." in said(cluster, "remove", "rita")
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert "password" in refused(url)
    assert value(cluster.url(), "SELECT count(*) FROM pg_roles WHERE rolname = 'rita'") == 0
    assert value(cluster.url(), "SELECT count(*) FROM pg_largeobject_metadata") == 0
    assert "rita" not in said(cluster, "list")
    assert "no analyst rita" in refusal(cluster, "remove", "rita")
    assert "no analyst rita" in refusal(cluster, "password", "rita")


def test_what_it_has_in_another_database_is_named(cluster: EmbeddedCluster) -> None:
    url = shown(said(cluster, "add", "otto"))
    with log_in(make_conninfo(url, dbname="postgres")) as elsewhere:
        elsewhere.execute("SET default_transaction_read_only = off")
        elsewhere.execute("SELECT lo_create(0)")
    assert re.search(r"can't be removed yet.*database postgres.*DROP OWNED BY otto", refusal(cluster, "remove", "otto"))
    assert "not permitted to log in" in refused(url)
    with log_in(cluster.url("postgres", "postgres")) as superuser:
        superuser.execute("DROP OWNED BY otto")
    assert "otto is removed" in said(cluster, "remove", "otto")


@pytest.mark.parametrize(
    "name", ["", "Anna", "1a", "a-b", "a b", "ä", "a" * 64, "pg_anna", "leads_anna", "public", "none", "a\n"]
)
def test_names_that_can_not_be(name: str) -> None:
    assert "can't be the name of an analyst" in refusal(NOWHERE, "add", "--", name)


def test_nobody_elses_role_is_touched(cluster: EmbeddedCluster, anna: str) -> None:
    assert "leads analyst password anna" in refusal(cluster, "add", "anna")
    with psycopg.connect(cluster.url("postgres")) as superuser:
        superuser.execute("CREATE ROLE stranger LOGIN PASSWORD 'kept'")
        superuser.execute("CREATE ROLE colleague LOGIN IN ROLE leads_analyst")
        superuser.execute("COMMENT ON ROLE colleague IS 'An analyst of the lead inbox elsewhere.'")
    for name in ("stranger", "colleague"):
        assert "no analyst of this database" in refusal(cluster, "add", name)
        assert "no analyst" in refusal(cluster, "remove", name)
        assert "no analyst" in refusal(cluster, "password", name)
    listed = said(cluster, "list")
    assert "stranger" not in listed
    assert "colleague" not in listed
    assert re.search(r"^ anna +no +5 +60s +\d+ *$", listed, re.MULTILINE)


def test_a_database_without_the_numbers(cluster: EmbeddedCluster) -> None:
    with log_in(cluster.url("postgres", "postgres")) as superuser:
        superuser.execute("CREATE DATABASE empty OWNER leads_owner")
    done = leads(NOWHERE, "analyst", "add", "early", MIGRATION_DATABASE_URL=cluster.url(database="empty"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "leads migrate" in done.stderr
    assert value(cluster.url(), "SELECT count(*) FROM pg_roles WHERE rolname = 'early'") == 0


def test_the_owners_own_password_is_not_handed_on(cluster: EmbeddedCluster) -> None:
    """Wherever in the URL it stands: there it would even win over the analyst's."""
    parts = conninfo_to_dict(cluster.url())
    query = "&".join(f"{key}={parts[key]}" for key in ("host", "port", "user", "password"))
    url = f"postgresql:///leads?{query}&application_name=owner&sslmode=prefer"
    done = leads(NOWHERE, "analyst", "add", "hans", MIGRATION_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert str(parts["password"]) not in done.stdout
    handed = shown(done.stdout)
    assert conninfo_to_dict(handed).keys() == {"user", "password", "host", "port", "dbname", "sslmode"}
    assert value(handed, "SELECT session_user::text") == "hans"


def test_a_port_is_the_embedded_databases(cluster: EmbeddedCluster, tmp_path: Path) -> None:
    for arguments in (["open"], ["close"], ["add", "early", "--port", "6432"]):
        assert "leads up makes one" in refusal(tmp_path / "var", *arguments)
        assert "about the embedded database" in refusal(cluster, *arguments)
    assert not (tmp_path / "var").exists()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def test_the_embedded_database_over_a_port() -> None:
    with private_folder() as folder, ExitStack() as stack:
        var, port = folder / "var", free_port()
        cluster = EmbeddedCluster(var, options={"fsync": "off"})
        with cluster.session():
            assert leads(var, "migrate").returncode == 0
            through_socket = said(var, "add", "anna")
            assert "only for the user who runs it" in through_socket
            assert "leads analyst open" in through_socket
            assert value(shown(through_socket), "SELECT count(*) FROM leads") == 0
            assert "Stop leads up first" in refusal(var, "open", "--port", port)
            assert "Stop leads up first" in refusal(var, "add", "otto", "--port", port)
            assert "otto" not in said(var, "list")

        opened = leads(var, "analyst", "open", "--port", port)
        assert f"127.0.0.1:{port}" in opened.stdout, opened.stderr
        assert not cluster.is_running()

        up = stack.enter_context(running(var))
        said(var, "open", "--port", port)  # is so already
        over_tcp = shown(said(var, "add", "bob", "--port", port))
        assert conninfo_to_dict(over_tcp)["host"] == "127.0.0.1"
        assert conninfo_to_dict(over_tcp)["port"] == port
        assert up.send().status_code == 201
        with log_in(over_tcp) as connection:
            row = connection.execute("SELECT leads, inet_server_addr()::text FROM stats.overview").fetchone()
            assert row == (1, "127.0.0.1/32")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("TABLE public.contact_leads")
        anna = make_conninfo(shown(through_socket), host="127.0.0.1", port=port)
        assert value(anna, "SELECT session_user::text") == "anna"
        assert "password authentication failed" in refused(make_conninfo(over_tcp, password="wrong"))
        assert FORM["name"] in leads(var, "psql", "--", "-c", "TABLE contact_leads").stdout
        for arguments in (["close"], ["open", "--port", free_port()]):
            done = leads(var, "analyst", *arguments)
            assert (done.returncode, done.stdout) == (1, "")
            assert re.fullmatch(r"leads: The database is in use.* Stop leads up first.*\n", done.stderr)
        up.stop()

        said(var, "close")
        with cluster.session():
            assert "refused" in refused(over_tcp)
            assert value(cluster.url(), "SELECT current_setting('listen_addresses')") == ""
        said(var, "close")


def test_a_taken_port_is_named() -> None:
    with private_folder() as folder, socket.create_server(("127.0.0.1", 0)) as other:
        cluster = EmbeddedCluster(folder / "var", options={"fsync": "off"})
        with cluster.session():
            pass
        port = other.getsockname()[1]
        assert re.search(rf"Port {port} of 127\.0\.0\.1.*taken", refusal(folder / "var", "open", "--port", str(port)))
        assert cluster.tcp_port() is None, "as it was"
