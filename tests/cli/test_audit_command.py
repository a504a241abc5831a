"""`leads audit verify`: a whole audit, and each way to tamper with one."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from leads_up import FORM, LEADS, PATIENCE, environment, leads

from conftest import Urls
from service import logs
from service.cli.audit import Head, logged_heads, verified

CAPTURE = "SELECT service.capture_lead('contact', %s, '{}')"
SEAL = "SELECT sealed, number, hash FROM service.seal_audit()"
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def superuser(fresh_urls: Urls) -> Iterator[Connection]:
    """A database with three leads, five entries and five seals; whoever owns it is hindered by no trigger."""
    with psycopg.connect(fresh_urls.superuser, autocommit=True) as connection:
        for name in ("Ann", "Bob", "Cleo"):
            connection.execute(CAPTURE, (json.dumps({**FORM, "name": name, "email": f"{name}@example.com"}),))
        connection.execute("UPDATE public.contact_leads SET internal_notes = 'rings twice' WHERE name = 'Ann'")
        connection.execute("UPDATE public.contact_leads SET priority = 'high' WHERE name = 'Bob'")
        seal(connection)
        for table in ("audit_log", "audit_seals"):
            connection.execute(f"ALTER TABLE app.{table} DISABLE TRIGGER USER".encode())
        yield connection


def seal(connection: Connection) -> Head:
    """The head, as the service logs it."""
    row = connection.execute(SEAL).fetchone()
    assert row is not None
    return Head(number=row[1], hash=row[2])


def verify(urls: Urls, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """The command, as the owner of a database elsewhere runs it."""
    return subprocess.run(
        [LEADS, "audit", "verify", *arguments],
        env=environment(Path("/nonexistent"), DATABASE_URL=urls.owner),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def said(urls: Urls, *arguments: str, code: int = 0, stdin: str = "") -> str:
    done = verify(urls, *arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (code, ""), done
    return done.stdout


# Nothing wrong


def test_a_whole_audit(fresh_urls: Urls, superuser: Connection) -> None:
    head = last(superuser)
    text = said(fresh_urls)
    assert "Nothing was altered" in text
    assert f"5 entries are sealed. The head: 5:{head['hash']}" in text
    assert "No logged head was compared" in text
    assert "not sealed" not in text
    assert "erased" not in text
    with_head = said(fresh_urls, "--head", f"5:{head['hash']}")
    assert "1 logged head was compared" in with_head
    assert "without one" not in with_head


def test_what_is_not_sealed_yet(fresh_urls: Urls, superuser: Connection) -> None:
    superuser.execute("UPDATE public.contact_leads SET priority = 'low' WHERE name = 'Bob'")
    text = said(fresh_urls)
    assert "1 entry is not sealed yet, since 20" in text
    assert "Is the service running?" not in text
    superuser.execute("UPDATE app.audit_log SET at = at - interval '11 s' WHERE id = (SELECT max(id) FROM app.audit_log)")
    assert "Is the service running?" in said(fresh_urls)


def test_nothing_at_all(fresh_urls: Urls) -> None:
    assert "No entry is sealed yet." in said(fresh_urls)


def test_an_erasure_is_no_fault(fresh_urls: Urls, superuser: Connection) -> None:
    superuser.execute("SELECT service.erase_person(NULL, 'ann@example.com', NULL, 'x', 'admin', NULL)")
    seal(superuser)
    text = said(fresh_urls)
    assert "6 entries are sealed." in text
    assert "2 of them were erased" in text


# Each way to tamper


@pytest.mark.parametrize(
    ("deed", "seal_number", "words"),
    [
        ("UPDATE app.audit_log SET actor = 'somebody' WHERE id = 2", 2, "the entry or its seal was altered"),
        (
            """UPDATE app.audit_log SET after = '{"priority": "urgent"}' WHERE id = 5""",
            5,
            "the values of the entry were altered",
        ),
        ("UPDATE app.audit_log SET salt = NULL WHERE id = 3", 3, "the salt of the entry is missing"),
        ("UPDATE app.audit_log SET salt = NULL, before = NULL, after = NULL WHERE id = 4", 4, "no erasure is noted"),
        ("DELETE FROM app.audit_log WHERE id = 4", 4, "the entry is missing"),
        ("DELETE FROM app.audit_seals WHERE number = 2", 3, "the seals from 2 to 2 are missing"),
        ("UPDATE app.audit_seals SET hash = sha256('x') WHERE number = 3", 3, "the entry or its seal was altered"),
        (
            "DELETE FROM app.audit_log WHERE id > 1; DELETE FROM app.audit_seals WHERE number < 5",
            5,
            "the seals from 1 to 4 are missing",
        ),
    ],
)
def test_tampering_is_found(fresh_urls: Urls, superuser: Connection, deed: str, seal_number: int, words: str) -> None:
    superuser.execute(deed.encode())
    text = said(fresh_urls, code=1)
    assert f"The first fault is at seal {seal_number}, entry " in text
    assert words in text
    assert "Nothing was altered" not in text


def test_the_first_of_many_is_named(fresh_urls: Urls, superuser: Connection) -> None:
    superuser.execute("UPDATE app.audit_log SET actor = 'somebody' WHERE id IN (2, 4)")
    assert "at seal 2, entry 2:" in said(fresh_urls, code=1)


def rewrite(superuser: Connection) -> None:
    """Takes an entry out and writes the chain anew, as an owner could who knows how it is made."""
    superuser.execute("DELETE FROM app.audit_log WHERE id = 4")
    superuser.execute("TRUNCATE app.audit_seals, app.events")
    superuser.execute("UPDATE app.audit_sealing SET settled = 0, pending = 0")
    seal(superuser)


def test_a_rewritten_chain_is_told_by_a_logged_head_alone(fresh_urls: Urls, superuser: Connection, tmp_path: Path) -> None:
    kept = last(superuser)
    rewrite(superuser)
    assert "Nothing was altered" in said(fresh_urls)
    assert "seal 5 is not as it was logged" in said(fresh_urls, "--head", f"{kept['number']}:{kept['hash']}", code=1)
    # Once it has grown to that length again, too; what was logged since doesn't cover it up.
    superuser.execute("UPDATE public.contact_leads SET priority = 'low'")
    log = tmp_path / "service.log"
    log.write_text(line("json", kept) + line("json", seal(superuser)))
    text = said(fresh_urls, "--log", str(log), code=1)
    assert "seal 5 is not as it was logged" in text
    assert "2 logged heads were compared" in text


def test_a_chain_cut_at_its_end_is_told_by_a_logged_head_alone(fresh_urls: Urls, superuser: Connection) -> None:
    kept = last(superuser)
    superuser.execute("DELETE FROM app.audit_log WHERE id = 5")
    superuser.execute("DELETE FROM app.audit_seals WHERE number = 5")
    assert "Nothing was altered" in said(fresh_urls)
    assert "seal 5 is not as it was logged" in said(fresh_urls, "--head", f"5:{kept['hash']}", code=1)


def test_as_json(fresh_urls: Urls, superuser: Connection) -> None:
    head = last(superuser)
    found = json.loads(said(fresh_urls, "--json", "--head", f"5:{head['hash'].upper()}"))
    assert found.pop("unsealed")["entries"] == 0
    assert found == {"ok": True, "sealed": 5, "head": head, "erased": 0, "fault": None, "heads": 1, "rewritten": None}
    superuser.execute("DELETE FROM app.audit_log WHERE id = 4")
    found = json.loads(said(fresh_urls, "--json", code=1))
    assert (found["ok"], found["fault"]) == (False, {"number": 4, "entry": 4, "what": "the entry is missing"})


# Where heads come from


def last(connection: Connection) -> Head:
    row = connection.execute("SELECT number, encode(hash, 'hex') FROM app.audit_seals ORDER BY number DESC LIMIT 1").fetchone()
    assert row is not None
    return Head(number=row[0], hash=row[1])


def line(log_format: str, head: Head, **variables: str) -> str:
    """What the service writes, by its own logging."""
    program = (
        "import sys, structlog; from service import logs; logs.configure(sys.argv[1]); "
        "structlog.get_logger().info('audit_sealed', number=int(sys.argv[2]), hash=sys.argv[3], sealed=1)"
    )
    command = [LEADS.with_name("python"), "-c", program, log_format, str(head["number"]), head["hash"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env={**variables}, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stderr


ROOT = Path(logs.__file__).parent.parent
HEAD = Head(number=17, hash="0123456789abcdef" * 4)
OTHER = Head(number=18, hash="f" * 64)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_both_formats_of_a_log(log_format: str) -> None:
    written = line(log_format, HEAD)
    assert "audit" in written
    assert list(logged_heads([written])) == [HEAD]
    assert list(logged_heads([f"2026-11-23T10:00:00Z web-1 | {written}"])) == [HEAD]
    assert list(logged_heads([json.dumps({"log": written, "stream": "stderr"}) + "\n"])) == [HEAD]


def test_colours() -> None:
    coloured = f"\x1b[2m10:00:00\x1b[0m \x1b[1maudit sealed\x1b[0m \x1b[36mnumber\x1b[0m=\x1b[35m17\x1b[0m \x1b[36mhash\x1b[0m=\x1b[35m{HEAD['hash']}\x1b[0m"
    assert list(logged_heads([coloured])) == [HEAD]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET /admin/leads 200 in 3 ms",
        "audit_sealed",
        "audit sealed number=17",
        f"audit sealed number=x hash={HEAD['hash']}",
        f"audit sealed number=17 hash={HEAD['hash']}00",
        '{"event": "audit_sealed"',
        '{"event": "audit_sealed", "number": 17}',
        '{"event": "audit_sealed", "number": true, "hash": "' + HEAD["hash"] + '"}',
        '{"event": "request", "path": "audit_sealed", "number": 17, "hash": "' + HEAD["hash"] + '"}',
        '["audit_sealed"]',
    ],
)
def test_what_is_no_head_is_passed_over(text: str) -> None:
    assert list(logged_heads([text])) == []


def test_several_logs_and_standard_input(fresh_urls: Urls, superuser: Connection, tmp_path: Path) -> None:
    head = last(superuser)
    (tmp_path / "a.log").write_bytes(b"\xff\xfe nonsense\n" + line("json", head).encode())
    (tmp_path / "b.log").write_text("Serving on http://127.0.0.1:8000\n" + line("console", head))
    files = ("--log", str(tmp_path / "a.log"), "--log", str(tmp_path / "b.log"), "--log", "-")
    assert "4 logged heads were compared" in said(
        fresh_urls, *files, "--head", f"5:{head['hash']}", stdin="x\n" + line("json", head)
    )
    assert "seal 18 is not as it was logged" in said(fresh_urls, *files, stdin=line("json", OTHER), code=1)


def test_more_heads_than_go_at_once(fresh_urls: Urls, superuser: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.audit.HEADS_AT_ONCE", 2)
    head = last(superuser)
    with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
        found = verified(owner, iter([OTHER, HEAD, head, head]))
        assert (found["heads"], found["rewritten"], found["ok"]) == (4, 17, False)
        assert verified(owner, iter([head, head, head]))["ok"]


@pytest.mark.parametrize("head", ["17", "17:abc", "x:" + "a" * 64, "0:" + "a" * 64, "17:" + "g" * 64])
def test_a_malformed_head(tmp_path: Path, head: str) -> None:
    done = leads(tmp_path / "var", "audit", "verify", "--head", head)
    assert (done.returncode, done.stdout) == (2, "")
    assert "NUMBER:HASH" in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    done = leads(tmp_path / "var", "audit", "verify", "--log", str(tmp_path / "no.log"))
    assert done.returncode == 2
    assert "'--log'" in done.stderr
