"""`leads erase`: what it says and asks, and that with --rewrite not a byte of the person is left in the data folder."""

import os
import pty
import secrets
import select
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from leads_up import FORM, LEADS, PATIENCE, Up, environment, leads, private_folder, running, wait_until
from psycopg import sql

from conftest import Urls
from service.embedded import EmbeddedCluster

PASSWORD = "admins-password"
CANARY = "Zqxjcanaryvwk"
# Of somebody who is erased without --rewrite.
OTHER = "Kwvyranacjxqz"

EVERY_TABLE = """
    SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """A service with a database of its own, from which WAL can be let go of."""
    with private_folder() as parent, running(parent / "var", ADMIN_PASSWORD=PASSWORD) as up:
        yield up
        up.stop()


@pytest.fixture(scope="module")
def admin(up: Up) -> dict[str, str]:
    return up.log_in(PASSWORD)


@pytest.fixture
def superuser(up: Up) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    with psycopg.connect(EmbeddedCluster(up.data_dir).url("postgres"), autocommit=True) as connection:
        yield connection


def erase(up: Up, *arguments: str) -> str:
    """What the command prints."""
    done = leads(up.data_dir, "erase", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def in_tables(connection: "psycopg.Connection[tuple[Any, ...]]", word: str) -> set[str]:
    """The tables, the catalogue's too, in which a row holds that word, in whatever case, as text or as bytes."""
    found = set()
    for schema, table in connection.execute(EVERY_TABLE).fetchall():
        statement = sql.SQL(
            "SELECT EXISTS (SELECT FROM {} AS t WHERE strpos(lower(t::text), %s) > 0 OR strpos(t::text, %s) > 0)"
        )
        row = connection.execute(
            statement.format(sql.Identifier(schema, table)), (word.lower(), word.encode().hex())
        ).fetchone()
        if row and row[0]:
            found.add(f"{schema}.{table}")
    return found


def in_files(folder: Path, word: str) -> set[str]:
    """The files below the folder that hold it, in whatever case."""
    found = set()
    for path in folder.rglob("*"):
        try:
            held = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        except FileNotFoundError:
            continue  # the server works meanwhile
        if word.lower().encode() in held.lower():
            found.add(str(path.relative_to(folder)))
    return found


def live(up: Up, admin: dict[str, str], superuser: "psycopg.Connection[tuple[Any, ...]]", word: str) -> str:
    """A person whose every field holds the word comes, is worked on, and leaves traces wherever one can. Returns the address."""
    address = f"{word}@{word}.example"

    def send(path: str, **body: Any) -> dict[str, Any]:
        method = "POST" if path.endswith("/contacts") else "PATCH"
        answer = up.client.request(method, path, headers=admin, json=body)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    # Long, and of chance, so that it is kept outside the row and is not compressed.
    message = f"{word} {secrets.token_urlsafe(6500)} {word}"
    whole = {
        "name": f"{word} Doe",
        "email": address,
        "subject": f"About {word}",
        "message": message,
        "company": f"{word} Ltd",
        "phone": f"+44 {word}",
        "role": f"a {word}",
        "source": f"from {word}",
        "consent": True,
        "utm_campaign": word,
        f"own_{word.lower()}": f"extra {word}",
    }
    headers = {"Idempotency-Key": f"key-{word}", "User-Agent": f"{word}/1.0", "Referer": f"https://{word}.example/page"}
    answer = up.client.post("/api/submit-contact", json=whole, headers=headers)
    assert answer.status_code == 201, answer.text
    for email in (address.upper(), address.lower()):
        assert up.client.post("/api/v1/collaborate", json={**whole, "email": email}).status_code == 201
    found = up.client.get("/admin/leads/search", params={"q": word}, headers=admin).json()
    first, second, third = sorted(lead["id"] for lead in found["data"])

    lead = f"/admin/leads/{first}"
    send(f"{lead}/notes", internal_notes=f"knows {word}")
    send(f"{lead}/notes", internal_notes=f"knows {word} well")
    send(f"{lead}/tags", tags=[f"tag {word}"])
    send(f"{lead}/contacts", channel="phone", note=f"spoke to {word}")
    send(lead, name=f"{word} Roe", assignee=f"their {word}")
    made = send("/admin/leads/bulk-tags", ids=[first, second], add=[f"bulk {word}"])
    assert up.client.post(f"/admin/operations/{made['operation']}/undo", headers=admin).status_code == 200
    send("/admin/leads/bulk-tags", filter=f"company=eq.{word} Ltd", add=[f"filter {word}"])
    send("/admin/leads/bulk-assignee", ids=[first], assignee=f"bulk {word}")
    assert up.client.get("/admin/leads", params={"email": f"ilike.*{word}*"}, headers=admin).json()["data"]
    assert up.client.get("/admin/leads/export", params={"q": word}, headers=admin).status_code == 200
    # Refused, with the word in what PostgreSQL has to say of it.
    assert up.client.patch(f"{lead}/status", headers=admin, json={"status": word}).status_code == 422
    assert up.client.post("/api/submit-contact", json={**whole, "phone": f"{word}" * 20}).status_code == 422

    assert up.client.delete(f"/admin/leads/{second}", headers=admin).status_code == 200
    superuser.execute("UPDATE public.contact_leads SET is_spam = true, form_type = %s WHERE id = %s", (word, third))
    superuser.execute(
        "INSERT INTO app.adoption_notes (kind, object, note, definition, lead_id) VALUES ('value', 'metadata', 'x', %s, %s)",
        (f'{{"legacy": {{"street": "{word}"}}}}', first),
    )
    # Somebody else's, under that address until it was corrected; and one whom psql deleted.
    answer = up.send(email=address)
    assert answer.status_code == 201
    (other,) = (
        superuser.execute("SELECT id FROM public.contact_leads WHERE reference = %s", (answer.json()["reference"],)).fetchone()
        or ()
    )
    send(f"/admin/leads/{other}", email="jane@example.com")
    assert up.send(email=address, name="Gone").status_code == 201
    superuser.execute("UPDATE public.contact_leads SET internal_notes = %s WHERE name = 'Gone'", (f"was {word}",))
    superuser.execute("DELETE FROM public.contact_leads WHERE name = 'Gone'")

    # Time passes: counts are folded as service.tidy() does it, statistics are taken, files of the write-ahead log are kept for later.
    superuser.execute("SELECT pg_advisory_xact_lock(465557349492), app.fold_figures(NULL)")
    superuser.execute("ANALYZE")
    for _ in range(3):
        superuser.execute("UPDATE public.contact_leads SET flagged = NOT flagged WHERE id = %s", (first,))
        superuser.execute("SELECT pg_switch_wal()")
        superuser.execute("CHECKPOINT")
    return address


@pytest.mark.threat(60)
def test_nothing_is_left(up: Up, admin: dict[str, str], superuser: "psycopg.Connection[tuple[Any, ...]]") -> None:
    other = live(up, admin, superuser, OTHER)
    address = live(up, admin, superuser, CANARY)
    for word in (OTHER, CANARY):
        assert in_tables(superuser, word) == {
            "app.adoption_notes",
            "app.audit_log",
            "app.auto_replies",
            "app.idempotency_keys",
            "app.lead_cells",
            "app.lead_search",
            "app.operations",
            "app.outbox",
            "pg_catalog.pg_statistic",
            "public.contact_leads",
        }
        files = in_files(up.data_dir, word)
        assert any("/base/" in name for name in files)
        assert any("/pg_wal/" in name for name in files)
        assert any(name.startswith("mailbox/") for name in files)

    assert "in the inbox, 1 in spam, 1 in the trash" in erase(up, "--email", f" {other.swapcase()} ", "--yes")
    assert in_tables(superuser, OTHER) <= {"pg_catalog.pg_statistic"}
    assert in_files(up.data_dir, OTHER) != set()

    said = erase(up, "--email", f" {address.swapcase()} ", "--yes", "--rewrite")
    assert "Leads of that address: 1 in the inbox, 1 in spam, 1 in the trash." in said
    assert "Others whose history names it: 2." in said
    assert "Erased: 3 leads, and the history of 2 others" in said
    assert "Written anew" in said
    assert "The write-ahead log was begun anew." in said
    assert "WARNING" not in said
    for word in (OTHER, CANARY):
        assert in_tables(superuser, word) == set()
        assert in_files(up.data_dir, word) == set()
        assert word.lower() not in up.output.lower()

    # Everything else is there, in order, and as before.
    assert superuser.execute("SELECT email FROM public.contact_leads").fetchall() == [("jane@example.com",)] * 2
    assert superuser.execute("SHOW wal_recycle").fetchone() == ("on",)
    assert "wal_recycle" not in (up.data_dir / "postgres" / "postgresql.auto.conf").read_text()
    assert up.send().status_code == 201
    wait_until(lambda: "not sealed yet" not in leads(up.data_dir, "audit", "verify").stdout)
    assert leads(up.data_dir, "audit", "verify").returncode == 0


@pytest.mark.threat(60)
def test_nothing_is_left_when_the_service_stands(up: Up, admin: dict[str, str]) -> None:
    """What is written at a stop holds nothing either. By the command alone, which starts the database and stops it."""
    word = "Vwkqcanaryzxj"
    with private_folder() as parent:
        with running(parent / "var", ADMIN_PASSWORD=PASSWORD) as own:
            with psycopg.connect(EmbeddedCluster(own.data_dir).url("postgres"), autocommit=True) as superuser:
                address = live(own, own.log_in(PASSWORD), superuser, word)
            own.stop()
        assert in_files(own.data_dir, word) != set()
        assert "Erased: 3 leads" in erase(own, "--email", address, "--yes", "--rewrite")
        assert in_files(own.data_dir, word) == set()


# What it says and asks


def test_nobody_of_that_address(up: Up) -> None:
    said = erase(up, "--email", "nobody@example.org")
    assert "0 in the inbox, 0 in spam, 0 in the trash" in said
    assert "There was nobody of that address (operation " in said


def test_it_asks(up: Up, superuser: "psycopg.Connection[tuple[Any, ...]]") -> None:
    assert up.send(email="asked@example.org").status_code == 201
    refused = leads(up.data_dir, "erase", "--email", "asked@example.org")
    assert refused.returncode == 1
    assert "1 in the inbox" in refused.stdout
    assert "--yes" in refused.stderr
    assert "there is no terminal" in refused.stderr

    def there() -> bool:
        return superuser.execute("SELECT FROM public.contact_leads WHERE email = 'asked@example.org'").rowcount == 1

    assert there()
    for answer, code in (("n", 1), ("y", 0)):
        assert there()
        assert at_a_terminal(up, answer, "erase", "--email", "asked@example.org") == code
    assert not there()


def at_a_terminal(up: Up, answer: str, *arguments: str) -> int:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([LEADS, *arguments], env=environment(up.data_dir), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = ""
    try:
        while "[y/N]" not in said:
            assert select.select([ours], [], [], PATIENCE)[0], said
            said += os.read(ours, 1000).decode()
        os.write(ours, f"{answer}\n".encode())
        return process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_an_empty_address(tmp_path: Path) -> None:
    done = leads(tmp_path / "var", "erase", "--email", " ", "--yes")
    assert done.returncode == 2
    assert "empty" in done.stderr


def test_older_transactions_are_waited_for(up: Up) -> None:
    """What one of them may still see, VACUUM would copy."""
    cluster = EmbeddedCluster(up.data_dir)
    assert up.send(email="waited@example.org", message="Bwxquniquejkz").status_code == 201
    with psycopg.connect(cluster.url()) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM app.status_moves")
        said: list[str] = []
        command = threading.Thread(target=lambda: said.append(erase(up, "--email", "waited@example.org", "--yes", "--rewrite")))
        command.start()
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
            wait_until(
                lambda: superuser.execute("SELECT FROM public.contact_leads WHERE email = 'waited@example.org'").rowcount == 0
            )
        command.join(1)
        assert command.is_alive()
        assert reader.execute("SELECT count(*) FROM public.contact_leads WHERE email = 'waited@example.org'").fetchone() == (1,)
        reader.rollback()
        command.join(PATIENCE)
    assert "Written anew" in said[0]
    assert in_files(up.data_dir, "Bwxquniquejkz") == set()


def test_on_a_server_of_ones_own(fresh_urls: Urls, tmp_path: Path) -> None:
    with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
        owner.execute("INSERT INTO public.contact_leads (name, email) VALUES ('Jane', %s)", (FORM["email"],))
        arguments = ("erase", "--email", FORM["email"].upper(), "--yes", "--rewrite")
        done = leads(tmp_path / "var", *arguments, DATABASE_URL=fresh_urls.owner)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Erased: 1 lead," in done.stdout
        assert "replicas, backups and logs are yours" in done.stdout
        assert owner.execute("SELECT FROM public.contact_leads").rowcount == 0
        assert owner.execute("SELECT actor, actor_role, kind, changed FROM app.operations").fetchall() == [
            ("leads erase", "admin", "erase", 1)
        ]
    assert not (tmp_path / "var").exists()
