"""Every command but `up`, as a person types it: beside a running service, and with nothing running."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from leads_up import FORM, LEADS, Up, children, environment, leads, private_folder, processes_of, running, wait_until

from conftest import Server
from service.embedded import EmbeddedCluster


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder with one lead and one admin in it."""
    with private_folder() as parent:
        with running(parent / "var", ADMIN_PASSWORD="admins-password") as up:
            assert up.send().status_code == 201
            up.stop()
        yield parent / "var"


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    """A service that runs on it."""
    with running(folder) as up:
        yield up
        up.stop()


def said(data_dir: Path, *arguments: str, **variables: str) -> str:
    """What a command that succeeds prints."""
    done = leads(data_dir, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def refusal(data_dir: Path, *arguments: str, **variables: str) -> str:
    """What a command that fails says: a sentence."""
    done = leads(data_dir, *arguments, **variables)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("leads: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


# With nothing running: the embedded database is started, and stopped again


def test_with_nothing_running(folder: Path) -> None:
    assert said(folder, "psql", "--", "-Atc", "select name from contact_leads") == f"{FORM['name']}\n"
    assert processes_of(folder) == {}
    assert "Nothing to do" in said(folder, "migrate")
    assert "every migration" in said(folder, "status")
    assert "shown this once: " in said(folder, "user", "add", "alone", "--role", "editor")
    assert re.search(r"alone +editor +\d{4}-\d\d-\d\d +never +no +may log in", said(folder, "user", "list"))
    assert "Shown this once: " in said(folder, "user", "password", "alone")
    assert processes_of(folder) == {}


def test_a_command_that_is_ended_stops_what_it_started(folder: Path) -> None:
    sleeping = subprocess.Popen([LEADS, "psql", "--", "-c", "select pg_sleep(60)"], env=environment(folder))
    try:
        # By its program: between fork and exec any child shows its parent's command line, with pg_sleep in it.
        wait_until(lambda: any(command_line(child).split(b"\0")[0].endswith(b"/psql") for child in children(sleeping.pid)))
        assert processes_of(folder) != {}
        sleeping.send_signal(signal.SIGTERM)
        assert sleeping.wait(20) == 128 + signal.SIGTERM
        assert processes_of(folder) == {}
    finally:
        sleeping.kill()
        sleeping.wait()


def command_line(pid: int) -> bytes:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may be gone by now
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


# Beside a running service, whose database goes on


def test_beside_a_service(folder: Path, up: Up) -> None:
    database = up.postmaster()
    assert said(folder, "psql", "--", "-Atc", "select current_user") == "leads_owner\n"
    assert "Nothing to do" in said(folder, "migrate")
    assert "every migration" in said(folder, "status")
    assert up.postmaster() == database
    assert up.client.get("/readyz").status_code == 200


def test_users(folder: Path, up: Up) -> None:
    """What a command changes holds at once."""
    made_up = re.search(r"shown this once: (\S+)", said(folder, "user", "add", "vera", "--role", "editor"))
    assert made_up
    up.log_in(made_up[1], "vera")
    assert re.search(r"vera +editor +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d +no +may log in", said(folder, "user", "list"))
    assert "chosen-by-hand" not in said(folder, "user", "password", "vera", "--password", "chosen-by-hand")
    up.log_in("chosen-by-hand", "vera")
    assert "from-outside" not in said(folder, "user", "password", "vera", LEADS_USER_PASSWORD="from-outside")
    up.log_in("from-outside", "vera")
    assert "already" in refusal(folder, "user", "add", "vera")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "not a name"], "letters, digits"),
        (["add", "zoe", "--role", "queen"], "analyst, viewer, editor, admin"),
        (["add", "zoe", "--password", "1234567"], "at least 8 characters"),
        (["add", "zoe", "--password", "x" * 73], "72 bytes"),
        (["add", "\udcff"], "UTF-8"),
        (["password", "nobody-of-that-name"], "no user nobody-of-that-name"),
    ],
)
def test_a_user_that_can_not_be(folder: Path, up: Up, arguments: list[str], words: str) -> None:
    assert words in refusal(folder, "user", *arguments)


def test_psql_tells_how_it_ended(folder: Path, up: Up) -> None:
    assert leads(folder, "psql", "--", "-c", "select nonsense").returncode == 1


def test_a_schema_that_is_ahead_is_told(folder: Path, up: Up) -> None:
    with psycopg.connect(EmbeddedCluster(folder).url(), autocommit=True) as owner:
        future = "INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('x', '9999.of-the-future')"
        owner.execute(future.encode())
        try:
            status = leads(folder, "status")
            assert status.returncode == 1
            assert "9999.of-the-future" in status.stdout
            assert "9999.of-the-future" in refusal(folder, "migrate")
            ready = up.client.get("/readyz")
            assert ready.status_code == 503
            assert "9999.of-the-future" in ready.json()["detail"]
        finally:
            owner.execute("DELETE FROM _yoyo_migration WHERE migration_hash = 'x'")


# Without one


@pytest.fixture
def nothing() -> Iterator[Path]:
    with private_folder() as parent:
        yield parent / "var"


@pytest.mark.parametrize("arguments", [["psql"], ["status"], ["user", "add", "vera"]])
def test_a_question_in_the_wrong_folder_makes_no_database(nothing: Path, arguments: list[str]) -> None:
    said = refusal(nothing, *arguments)
    assert str(nothing) in said
    assert "LEADS_DATA_DIR" in said
    assert not nothing.exists()


def test_migrate_makes_a_database_but_no_user(nothing: Path) -> None:
    assert "Migrated: 0001." in said(nothing, "migrate")
    assert said(nothing, "psql", "--", "-Atc", "select count(*) from app.users") == "0\n"
    assert processes_of(nothing) == {}


def test_on_a_server_of_ones_own(nothing: Path, server: Server) -> None:
    if shutil.which("psql") is None:
        pytest.skip("no psql on the PATH")
    with server.clone() as urls:
        own = {"DATABASE_URL": urls.owner}
        assert said(nothing, "psql", "--", "-Atc", "select current_user", **own) == "leads_owner\n"
        assert "Nothing to do" in said(nothing, "migrate", **own)
        said(nothing, "user", "add", "vera", "--password", "chosen-by-hand", **own)
        with psycopg.connect(urls.owner) as owner:
            assert owner.execute("SELECT username, role FROM app.users").fetchall() == [("vera", "viewer")]
    with psycopg.connect(server.cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bare OWNER leads_owner TEMPLATE template0")
        try:
            bare = {"DATABASE_URL": server.cluster.url(database="bare")}
            assert "leads migrate" in refusal(nothing, "user", "list", **bare)
            status = leads(nothing, "status", **bare)
            assert status.returncode == 1
            assert "lacks 0001." in status.stdout
        finally:
            admin.execute("DROP DATABASE bare WITH (FORCE)")
    assert not nothing.exists()


def test_a_server_that_does_not_answer_is_told_without_its_password(nothing: Path) -> None:
    said = leads(nothing, "status", DATABASE_URL="postgresql://leads_owner:hush-hush@127.0.0.1:1/leads").stderr
    assert "can't be reached" in said
    assert "hush" not in said
    assert "Traceback" not in said


# Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("WORKERS", "0"),
        ("JWT_SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://u:hush@h/d"),
        ("PUBLIC_RATE_LIMIT", "many"),
    ],
)
def test_a_wrong_setting_is_named(nothing: Path, name: str, value: str) -> None:
    said = refusal(nothing, "up", **{name: value})
    assert name in said
    assert "hush" not in said
    assert not nothing.exists()


def test_up_names_the_logins_it_lacks(nothing: Path) -> None:
    said = refusal(nothing, "up", MIGRATION_DATABASE_URL="postgresql://owner:hush@127.0.0.1:1/x")
    assert "PUBLIC_DATABASE_URL" in said
    assert "leads roles" in said
    assert "hush" not in said
    assert not nothing.exists()


def test_serve_names_what_it_needs(nothing: Path) -> None:
    said = refusal(nothing, "serve")
    for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL", "JWT_SECRET_KEY"):
        assert name in said


def test_serve_refuses_a_database_that_is_behind(nothing: Path, server: Server) -> None:
    with server.clone() as urls:
        with psycopg.connect(urls.owner) as owner:
            owner.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0001.foundations'")
        own = {"DATABASE_URL": urls.service, "PUBLIC_DATABASE_URL": urls.capture, "JWT_SECRET_KEY": "k" * 32}
        said = refusal(nothing, "serve", **own)
    assert "0001.foundations" in said
    assert "leads migrate" in said


def test_help_lists_the_commands(nothing: Path) -> None:
    done = subprocess.run([LEADS, "--help"], capture_output=True, text=True, env={**environment(nothing), "NO_COLOR": "1"})
    assert done.returncode == 0
    for command in ("up", "serve", "migrate", "status", "psql", "user"):
        assert re.search(rf"\b{command}\b", done.stdout)
    assert os.listdir(nothing.parent) == []  # noqa: PTH208
