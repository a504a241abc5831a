"""Row 60, secrets: words that stand nowhere else go through every field, header and token of a running service, and into no log."""

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pyotp
import pytest
from leads_up import Up, private_folder, running, wait_until

from service.embedded import EmbeddedCluster

STEM = "canarium"
# Of the documentation's networks (RFC 5737): no machine here has one.
ADDRESS = "203.0.113"


class Canaries:
    """Makes them, and remembers secrets that the service made itself."""

    def __init__(self) -> None:
        self._numbers = count()
        self.secrets: set[str] = set()

    def word(self) -> str:
        """One that is seen in a log whatever surrounds it."""
        return f"{STEM}{next(self._numbers)}x"

    def fields(self, *names: str) -> dict[str, str]:
        return {name: f"{self.word()}@example.com" if name == "email" else self.word() for name in names}

    def headers(self) -> dict[str, str]:
        """What a client may send along, and an address behind a proxy that is trusted."""
        names = "User-Agent Referer Cookie X-Request-ID Accept-Language X-Forwarded-Host Idempotency-Key X-Api-Key If-None-Match Last-Event-ID Via".split()
        return {
            **self.fields(*names), "Origin": f"https://{self.word()}.example", "X-Forwarded-For": f"{ADDRESS}.{next(self._numbers) % 250 + 1}",
            "Forwarded": f"for={ADDRESS}.7",
        }  # fmt: skip

    def keep(self, answer: httpx.Response, *names: str) -> dict[str, Any]:
        """The answer's body, whose members of these names are secrets."""
        assert answer.status_code in (200, 201), answer.text
        body: dict[str, Any] = answer.json()
        for name in names:
            self.secrets |= set(body[name]) if isinstance(body[name], list) else {body[name]}
        return body


@pytest.fixture(scope="module")
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture(scope="module")
def up(canaries: Canaries) -> Iterator[Up]:
    secrets = {"ADMIN_PASSWORD": canaries.word(), "JWT_SECRET_KEY": f"{canaries.word()}-{'k' * 40}"}
    proxies = {
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "LEGACY_LOGIN": "on",
        "WORKERS": "1",
        "CORS_ORIGINS": "https://www.example.com",
    }
    with private_folder() as folder, running(folder / "var", **secrets, **proxies) as up:
        visitors(up, canaries)
        people(up, canaries, secrets["ADMIN_PASSWORD"])
        team(up, canaries, secrets["ADMIN_PASSWORD"])
        failures(up, canaries)
        up.stop()
        yield up


def visitors(up: Up, canaries: Canaries) -> None:
    """Forms, taken and refused, as JSON and as pages."""
    for path in ("/api/submit-contact", "/api/v1/request-cv", "/api/v1/collaborate"):
        names = ["name", "email", "subject", "message", "company", "phone", "role", "source", "utm_source", "budget"]
        form = canaries.fields(*names) | {canaries.word(): canaries.word()}
        address = f"{path}?{canaries.word()}={canaries.word()}"
        assert up.client.post(address, json=form, headers=canaries.headers()).status_code == 201
        assert (
            up.client.post(address, data=form | {"_next": f"/{canaries.word()}"}, headers=canaries.headers()).status_code == 303
        )
        assert (
            up.client.post(address, data=form | {"_next": f"//{canaries.word()}"}, headers=canaries.headers()).status_code
            == 400
        )
        for more in (
            {"id": canaries.word()},
            {"email": canaries.word()},
            {"name": canaries.word() * 50},
            {"consent": canaries.word()},
        ):
            page = canaries.headers() | {"Accept": "text/html"}
            assert up.client.post(address, data=form | more, headers=page).status_code == 422
        for content, kind in (
            (b'{"%s": ', "application/json"),
            (b'["%s"]', "application/json"),
            (b"%s=%%ff", "application/x-www-form-urlencoded"),
            (b"%s", "text/plain"),
        ):
            headers = canaries.headers() | {"Content-Type": kind}
            assert up.client.post(
                address, content=content.replace(b"%s", canaries.word().encode()), headers=headers
            ).status_code in (400, 415)
    up.client.cookies.clear()


def people(up: Up, canaries: Canaries, password: str) -> None:
    """Logins that succeed and fail, a user, a second factor, keys, tokens of every kind and those that are none."""

    def log_in(username: str, password: str, *, path: str = "/admin/login", **more: str) -> httpx.Response:
        return up.client.post(path, json={"username": username, "password": password, **more}, headers=canaries.headers())

    for username, wrong in (
        (canaries.word(), canaries.word()),
        ("admin", canaries.word()),
        (canaries.word(), canaries.word() * 20),
    ):
        assert log_in(username, wrong).status_code in (401, 429)
    admin = {"Authorization": f"Bearer {canaries.keep(log_in('admin', password), 'access_token')['access_token']}"}
    canaries.keep(log_in("admin", password, path="/admin/login/legacy"), "token")

    user, first, second = canaries.word(), canaries.word(), canaries.word()
    made = up.client.post("/admin/users", json={"username": user, "role": "editor", "password": first}, headers=admin)
    assert made.status_code == 201, made.text
    mine = {"Authorization": f"Bearer {canaries.keep(log_in(user, first), 'access_token')['access_token']}"}
    answer = up.client.put("/admin/me/password", json={"current_password": first, "new_password": second}, headers=mine)
    mine = {"Authorization": f"Bearer {canaries.keep(answer, 'access_token')['access_token']}"}
    factor = canaries.keep(
        up.client.post("/admin/me/second-factor", json={"password": second}, headers=mine), "secret", "address"
    )
    code = pyotp.TOTP(factor["secret"]).now()
    confirmed = up.client.post("/admin/me/second-factor/confirm", json={"code": code}, headers=mine)
    canaries.keep(confirmed, *(name for name in confirmed.json() if "codes" in name))
    assert log_in(user, second, code=canaries.word()).status_code in (401, 422, 429)
    key = canaries.keep(up.client.post("/admin/keys", json={"name": canaries.word(), "scope": "read"}, headers=admin), "key")[
        "key"
    ]
    assert up.client.get("/admin/leads", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    for token in (
        f"{key}x",
        f"leads_{canaries.word()}",
        canaries.word(),
        f"{admin['Authorization'][7:]}{canaries.word()}",
        f"e30.{canaries.word()}.x",
    ):
        assert (
            up.client.get("/admin/leads", headers={"Authorization": f"Bearer {token}"} | canaries.headers()).status_code == 401
        )
    assert up.client.patch(f"/admin/users/{user}", json={"disabled": True}, headers=admin).status_code == 200
    for path in ("users", "keys", f"sessions?user={user}", "audit"):
        assert up.client.get(f"/admin/{path}", headers=admin).status_code == 200


def team(up: Up, canaries: Canaries, password: str) -> None:
    """Reads and writes of the inbox, with what can't be read among them."""
    admin = up.log_in(password)
    canaries.secrets.add(admin["Authorization"][7:])

    def ask(method: str, path: str, *codes: int, body: Any = None) -> httpx.Response:
        answer = up.client.request(method, path, json=body, headers=canaries.headers() | admin)
        assert answer.status_code in codes, (path, answer.text)
        return answer

    lead = ask("POST", "/admin/leads", 201, body=canaries.fields("name", "email", "message", "company")).json()["id"]
    ask("PATCH", f"/admin/leads/{lead}", 200, body=canaries.fields("name", "email", "company", "phone", "subject", "assignee"))
    ask("PATCH", f"/admin/leads/{lead}/notes", 200, body=canaries.fields("internal_notes"))
    ask("PATCH", f"/admin/leads/{lead}/tags", 200, body={"tags": [canaries.word()]})
    ask("POST", f"/admin/leads/{lead}/contacts", 200, body=canaries.fields("channel", "note"))
    for path, member in (
        ("", canaries.word()),
        ("/status", "status"),
        ("/quality-score", "quality_score"),
        ("", "follow_up_date"),
    ):
        ask("PATCH", f"/admin/leads/{lead}{path}", 422, body={member: canaries.word()})
    word = canaries.word()
    for path in ("/admin/leads", "/admin/leads/search", "/admin/leads/export", "/rest/leads"):
        searched = f"q={word}&" if path.endswith("search") else ""
        ask("GET", f"{path}?{searched}name=eq.{canaries.word()}", 200)
        for query in (
            f"{canaries.word()}=eq.1",
            f"id=eq.{canaries.word()}",
            f"select={canaries.word()}",
            f"order={canaries.word()}",
            f"name=match.{canaries.word()}[",
            f"name=fts.({canaries.word()}",
        ):
            ask("GET", f"{path}?{searched}{query}", 400)
    ask("PATCH", "/admin/leads/bulk-assignee", 200, body={"filter": f"name=eq.{canaries.word()}", "assignee": canaries.word()})
    ask("PATCH", "/admin/leads/bulk-status", 400, body={"filter": f"status=eq.{canaries.word()}", "status": "archived"})
    ask("GET", f"/{canaries.word()}", 404)
    ask("GET", f"/admin/operations/{canaries.word()}/undo", 404, 405)
    ask("GET", f"/rest/{canaries.word()}", 404)
    ask("DELETE", f"/admin/leads/{lead}?erase=true", 200)


def failures(up: Up, canaries: Canaries) -> None:
    """What PostgreSQL refuses for reasons that nobody foresaw: its DETAIL quotes the row."""
    cluster = EmbeddedCluster(up.data_dir)
    with psycopg.connect(cluster.url(), autocommit=True) as owner:
        owner.execute("ALTER SEQUENCE contact_leads_id_seq RESTART 1000")
        owner.execute("ALTER TABLE contact_leads ADD CONSTRAINT once EXCLUDE (company WITH =) WHERE (id > 100)")
        company = canaries.word()
        answers = [up.send(name=canaries.word(), company=company, message=canaries.word()).status_code for _ in range(2)]
        assert answers == [201, 500]
        owner.execute("ALTER TABLE contact_leads ADD CONSTRAINT short CHECK (length(subject) < 60) NOT VALID")
        assert up.send(subject=canaries.word() * 20).status_code in (422, 500)
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('leads_service', 'leads_capture')"
        )
    wait_until(lambda: up.send(company=canaries.word(), message=canaries.word()).status_code == 201)


@pytest.mark.threat(60)
def test_60_no_canary_is_in_a_log(up: Up, canaries: Canaries) -> None:
    logs = {"what the service printed": up.output} | {path.name: path.read_text() for path in Path(up.data_dir).glob("*.log*")}
    assert "postgres.log" in logs
    assert len(canaries.secrets) > 10
    assert min(map(len, canaries.secrets)) >= 8
    for name, text in logs.items():
        assert not re.search(STEM, text, re.IGNORECASE), name
        assert ADDRESS not in text, name
        # As it is, or as an address would write it.
        assert not [secret for secret in canaries.secrets if secret in text or quote(secret, safe="") in text], name


@pytest.mark.threat(60)
def test_60_the_log_tells_of_every_request(up: Up) -> None:
    """Else nothing would be seen in it either."""
    lines = [json.loads(line) for line in up.output.splitlines() if line.startswith("{")]
    statuses = {line["status"] for line in lines if line["event"] == "request"}
    assert {200, 201, 303, 400, 401, 404, 415, 422, 500} <= statuses
    assert "request_failed" in {line["event"] for line in lines}
