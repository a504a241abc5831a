"""`leads up`, as a user runs it: from nothing, again, told to stop at any moment, with anything killed."""

import contextlib
import json
import os
import pwd
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from leads_up import FORM, PATIENCE, Up, leads, left_of, private_folder, processes_of, running, wait_until
from psycopg import sql

import service
from service.embedded import EmbeddedCluster
from service.system_user import SYSTEM_USER, grant_passage, system_user
from tests_support import problem

ROOT = os.geteuid() == 0
REPOSITORY = Path(service.__file__).resolve().parent.parent


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder that isn't there yet."""
    with private_folder() as folder:
        yield folder / "var"


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One that serves, for the tests after which it serves again."""
    with private_folder() as folder, running(folder / "var") as up:
        yield up
        up.stop()


def names(up: Up, password: str) -> list[str]:
    """Whose leads are in the inbox."""
    answer = up.client.get("/admin/leads", headers=up.log_in(password))
    return [lead["name"] for lead in answer.json()["data"]]


# From nothing, and again


def test_a_first_start_and_a_second(data_dir: Path) -> None:
    with running(data_dir) as up:
        password = up.printed_password
        assert up.output.count(password) == 1
        for where in (up.address, str(data_dir / "postgres"), "/forms/contact", "/docs", "psql", "Ctrl-C"):
            assert where in up.output
        token = up.log_in(password)
        before = up.client.get("/admin/leads/stats", headers=token).json()
        assert before["total"] == before["unread"] == 0
        assert up.send(name="Ada Script").status_code == 201
        page = httpx.post(
            f"{up.address}/api/submit-contact", data={**FORM, "name": "Bea Browser"}, headers={"Accept": "text/html"}
        )
        assert page.status_code < 400
        assert page.headers["content-type"].startswith("text/html")
        assert names(up, password) == ["Bea Browser", "Ada Script"]
        after = up.client.get("/admin/leads/stats", headers=token).json()
        assert after["total"] == after["unread"] == 2
        up.stop()
    with running(data_dir) as up:
        assert up.seconds_to_ready < 10, "3 s are promised, on a machine that does nothing else"
        assert up.printed_password == ""
        assert password not in up.output
        assert names(up, password) == ["Bea Browser", "Ada Script"]
        # The token of the last life is still good: its key was kept.
        assert up.client.get("/admin/validate", headers=token).status_code == 200
        up.stop(signal.SIGINT)


def test_a_given_password_and_made_up_leads(data_dir: Path) -> None:
    with running(data_dir, "--demo", ADMIN_PASSWORD="Chosen-First") as up:
        assert up.printed_password == ""
        assert "Chosen-First" not in up.output
        token = up.log_in("Chosen-First")
        total = up.client.get("/admin/leads/stats", headers=token).json()["total"]
        assert 200 < total < 1000
        assert f"Added {total} made-up leads" in up.output
        up.stop()
    with running(data_dir, "--demo", ADMIN_PASSWORD="Chosen-Second", LOG_FORMAT="console") as up:
        token = up.log_in("Chosen-First")
        assert re.search(r"^\d\d:\d\d:\d\d POST /admin/login 200 in \d+\.\d ms$", up.output, re.MULTILINE), (
            "no colours off a terminal"
        )
        assert up.client.post("/admin/login", json={"password": "Chosen-Second"}).status_code == 401
        assert up.client.get("/admin/leads/stats", headers=token).json()["total"] == total
        assert "not empty" in up.output
    for file in data_dir.rglob("*"):
        if file.is_file():
            assert b"Chosen-First" not in file.read_bytes(), file


def test_a_password_that_was_not_seen_is_shown_by_the_next_start(data_dir: Path) -> None:
    (data_dir / "secrets").mkdir(parents=True)
    (data_dir / "secrets" / "admin.password.unseen").write_text("made-up-before-the-kill\n")
    with running(data_dir) as up:
        assert up.printed_password == "made-up-before-the-kill"
        up.log_in(up.printed_password)
    assert not (data_dir / "secrets" / "admin.password.unseen").exists()


# Told to stop before it serves


def test_a_stop_before_it_serves_leaves_nothing_running(data_dir: Path) -> None:
    stops = [
        ("postgres.new-*/cluster/base", signal.SIGTERM),
        ("postgres/postmaster.pid", signal.SIGINT),
        ("run/.s.PGSQL.*", signal.SIGHUP),
    ]
    for moment, number in stops:
        with running(data_dir, serves=False) as up:
            wait_until(lambda moment=moment: any(data_dir.glob(moment)))
            up.tell(number)
            assert up.exit_code() in (128 + number, 0)
            wait_until(lambda up=up: left_of(up) == {}, 2)
    with running(data_dir) as up:
        assert up.send().status_code == 201
        up.stop()


# Killed


@pytest.mark.threat(50)
def test_a_killed_database_is_started_again_and_answers_are_503_meanwhile(up: Up) -> None:
    token = up.log_in(up.printed_password)
    up.tell(signal.SIGSTOP)  # the supervisor, or the database might be back before we have looked
    try:
        os.kill(up.postmaster(), signal.SIGKILL)
        wait_until(lambda: up.client.get("/readyz").status_code == 503, 10)
        for _ in range(5):
            for answer in (up.send(), up.client.get("/readyz"), up.client.get("/admin/leads", headers=token)):
                problem(answer, 503)
                assert int(answer.headers["retry-after"]) >= 1
                assert answer.elapsed.total_seconds() < 5
        assert up.client.get("/healthz").status_code == 200
    finally:
        up.tell(signal.SIGCONT)
    wait_until(lambda: up.client.get("/readyz").status_code == 200, 10)
    assert up.send().status_code == 201
    assert up.client.get("/admin/leads", headers=token).status_code == 200
    assert "database_died" in up.output
    wait_until(lambda: "database_runs_again" in up.output)


@pytest.mark.threat(56)
@pytest.mark.parametrize("how_many", [1, 2])
def test_killed_workers_are_replaced(up: Up, how_many: int) -> None:
    victims = wait_until(lambda: pids if len(pids := up.worker_pids()) == 2 else [])[:how_many]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(victims) & set(up.worker_pids()))
    began = time.monotonic()
    assert httpx.get(f"{up.address}/readyz", timeout=10).status_code == 200
    assert time.monotonic() - began < 5, "2 s are promised, on a machine that does nothing else"
    wait_until(lambda: len(up.worker_pids()) == 2)


@pytest.mark.threat(56)
def test_after_a_kill_of_everything_it_starts_again(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with running(data_dir, PORT=port) as up:
        password = up.printed_password
        assert up.send(name="Before The Kill").status_code == 201
        for pid in left_of(up):
            with contextlib.suppress(ProcessLookupError):  # a child of PostgreSQL's that went with another
                os.kill(pid, signal.SIGKILL)
        up.process.wait(PATIENCE)
    with running(data_dir, PORT=port) as up:
        assert names(up, password) == ["Before The Kill"]
        # Only the supervisor: its workers leave, and the next one takes over the database that still runs, on the same port.
        database = up.postmaster()
        up.tell(signal.SIGKILL)
        up.process.wait(PATIENCE)
        with running(data_dir, PORT=port) as adopting:
            assert adopting.postmaster() == database
            assert names(adopting, password) == ["Before The Kill"]
            wait_until(lambda: left_of(up).keys() == processes_of(data_dir).keys())
            adopting.stop()


# In somebody's way


def test_a_second_one_says_where_the_first_is(up: Up) -> None:
    second = leads(up.data_dir, "up")
    assert second.returncode == 1
    assert up.address in second.stderr
    assert str(up.process.pid) in second.stderr
    assert str(up.data_dir) in second.stderr
    assert "Traceback" not in second.stderr
    assert up.client.get("/readyz").status_code == 200


def test_a_taken_port_is_named(up: Up, data_dir: Path) -> None:
    refused = leads(data_dir, "up", PORT=up.address.rpartition(":")[2])
    assert refused.returncode == 1
    assert "PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (data_dir / "postgres").exists()


def test_a_folder_that_is_closed_is_named(data_dir: Path) -> None:
    data_dir.write_text("a file")
    refused = leads(data_dir, "up")
    assert refused.returncode == 1
    assert str(data_dir) in refused.stderr
    assert "Traceback" not in refused.stderr


# A server of one's own, another user


def test_a_server_of_ones_own(data_dir: Path) -> None:
    """Its owner is no superuser. The logins are the server's, so it is not the one that all tests share."""
    theirs = EmbeddedCluster(data_dir.parent / "theirs", options={"fsync": "off"})
    with theirs.session():
        with psycopg.connect(theirs.url("postgres", "postgres"), autocommit=True) as superuser:
            for database in ("first", "second"):
                superuser.execute(sql.SQL("CREATE DATABASE {} OWNER leads_owner").format(sql.Identifier(database)))
        for _ in range(2):
            with running(data_dir, DATABASE_URL=theirs.url(database="first"), ADMIN_PASSWORD="a password") as up:
                assert up.send().status_code == 201
                assert up.client.get("/admin/leads", headers=up.log_in("a password")).status_code == 200
                up.client.close()
                up.tell(signal.SIGTERM)
                assert up.exit_code() == 0
        assert theirs.is_running(), "it is not ours to stop"
        assert not (data_dir / "postgres").exists()
        with psycopg.connect(theirs.url(database="first")) as owner:
            assert owner.execute("SELECT count(*) FROM contact_leads").fetchone() == (2,)
            users = owner.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'leads'")
            assert {row[0] for row in users} <= {"leads_service", "leads_capture"}
        # The logins belong to the whole server: another installation must not take their passwords away.
        other = leads(data_dir.parent / "other", "up", DATABASE_URL=theirs.url(database="second"))
        assert other.returncode == 1
        assert "leads_service" in other.stderr
        assert "Traceback" not in other.stderr
    assert theirs.password("leads_owner") not in up.output + other.stderr


def test_as_an_ordinary_user() -> None:
    with private_folder() as home:
        command = None
        if ROOT:
            # The one user whom the product itself lets pass to its programs. It takes its place after the imports, since the
            # interpreter may live where only root may read.
            uid, gid = system_user()
            for folder in EmbeddedCluster(home).bin_dir.parents:
                grant_passage(folder, uid)
            os.chown(home, uid, gid)
            script = f"""
import os, sys, encodings.idna, service.app, yoyo.scripts.newmigration
from service.cli import main
os.setgroups([]); os.setgid({gid}); os.setuid({uid})
sys.argv = ["leads", "up"]; main()"""
            command = [sys.executable, "-c", script]
        with running(home / "var", command=command) as up:
            assert Path(f"/proc/{up.process.pid}").stat().st_uid == home.stat().st_uid
            assert Path(f"/proc/{up.postmaster()}").stat().st_uid == home.stat().st_uid
            assert up.send().status_code == 201
            assert names(up, up.printed_password) == [FORM["name"]]
            up.stop()
        assert {path.stat().st_uid for path in (home / "var").rglob("*")} == {home.stat().st_uid}
    assert SYSTEM_USER in {user.pw_name for user in pwd.getpwall()} or not ROOT


# What it says


def test_logs_are_json_off_a_terminal_and_hold_nothing_personal(up: Up) -> None:
    up.send(name="Zenobia Quill", email="zenobia@example.com")
    lines = [json.loads(line) for line in up.output.splitlines() if line.startswith("{")]
    assert any(line["event"] == "request" and line["path"] == "/api/submit-contact" for line in lines)
    assert not re.search(r"zenobia|\x1b", up.output, re.IGNORECASE)
