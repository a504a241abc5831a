"""`leads user`, `leads key` and `leads rotate-secret`, beside a running service: what they change holds within a second."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from leads_up import Up, leads, private_folder, running, wait_until

PASSWORD = "chosen by hand"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with private_folder() as parent:
        yield parent / "var"


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    with running(folder, ADMIN_PASSWORD="admins-password") as up:
        yield up
        up.stop()


def said(folder: Path, *arguments: str) -> str:
    done = leads(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(folder: Path, *arguments: str) -> str:
    done = leads(folder, *arguments)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.count("\n") == 1
    return done.stderr


def ends(up: Up, headers: dict[str, str]) -> None:
    wait_until(lambda: up.client.get("/admin/validate", headers=headers).status_code == 401, 3)


def holds(up: Up, headers: dict[str, str]) -> bool:
    return up.client.get("/admin/validate", headers=headers).status_code == 200


def test_a_users_life(folder: Path, up: Up) -> None:
    said(folder, "user", "add", "vera", "--role", "analyst", "--password", PASSWORD)
    headers = up.log_in(PASSWORD, "vera")
    assert up.client.get("/admin/leads", headers=headers).status_code == 403
    assert "vera has the role editor" in said(folder, "user", "role", "Vera", "editor")
    ends(up, headers)
    headers = up.log_in(PASSWORD, "vera")
    assert up.client.get("/admin/leads", headers=headers).status_code == 200
    assert re.search(
        r"^ vera +\d{4}-\d\d-\d\d \d\d:\d\d .* 127\.0\.0\.1 +token +python-httpx", said(folder, "user", "sessions"), re.M
    )
    assert said(folder, "user", "sessions", "admin").count("\n") == 1
    assert said(folder, "user", "sessions", "VERA") == said(folder, "user", "sessions", "vera")
    assert "that were ended: 1." in said(folder, "user", "logout", "VERA"), "a name is one in any case"
    ends(up, headers)
    headers = up.log_in(PASSWORD, "vera")
    assert "can't log in any more" in said(folder, "user", "disable", "vera")
    ends(up, headers)
    assert re.search(r"^ vera +editor .* disabled", said(folder, "user", "list"), re.M)
    assert up.client.post("/admin/login", json={"username": "vera", "password": PASSWORD}).status_code == 401
    said(folder, "user", "enable", "vera")
    headers = up.log_in(PASSWORD, "vera")
    made_up = re.search(r"Shown this once: (\S+)", said(folder, "user", "password", "vera"))
    assert made_up
    ends(up, headers)
    assert holds(up, up.log_in(made_up[1], "vera"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["user", "role", "nobody", "viewer"], "no user nobody"),
        (["user", "role", "admin", "viewer"], "the last admin"),
        (["user", "disable", "admin"], "the last admin"),
        (["user", "role", "admin", "queen"], "analyst, viewer, editor, admin"),
        (["user", "logout", "nobody"], "no user nobody"),
        (["user", "sessions", "nobody"], "no user nobody"),
        (["user", "add", "x", "--password", "1234567"], "at least 8 characters"),
        (["user", "add", "x", "--password", "x" * 73], "at most 72 bytes"),
        (["user", "add", "x", "--password", ""], "at least 8 characters"),
        (["user", "password", "admin", "--password", "x" * 73], "at most 72 bytes"),
        (["user", "add", "Admin", "--password", PASSWORD], "already"),
        (["user", "add", "a b", "--password", PASSWORD], "letters, digits"),
        (["user", "second-factor-off", "admin"], "no user admin with a second factor"),
        (["key", "add", "x", "--scope", "admin"], "capture, read, write, analyst"),
        (["key", "add", "\x1b[31m", "--scope", "read"], "letters, digits"),
        (["key", "revoke", "nothing"], "no key nothing"),
    ],
)
def test_what_can_not_be(folder: Path, up: Up, arguments: list[str], words: str) -> None:
    assert words in refusal(folder, *arguments)


def test_a_keys_life(folder: Path, up: Up) -> None:
    shown = re.search(
        r"^Shown this once: (leads_\S{43})$", said(folder, "key", "add", "web site", "--scope", "read", "--days", "30"), re.M
    )
    assert shown
    headers = {"Authorization": f"Bearer {shown[1]}"}
    wait_until(lambda: holds(up, headers), 3)
    assert up.client.get("/admin/leads", headers=headers).status_code == 200
    listed = said(folder, "key", "list")
    assert re.search(rf"^ web site +read +{shown[1][:12]}… .* active", listed, re.M)
    assert shown[1] not in listed
    assert "already" in refusal(folder, "key", "add", "Web Site", "--scope", "read")
    assert "holds no more" in said(folder, "key", "revoke", "web site")
    ends(up, headers)
    assert re.search(r"^ web site .* revoked", said(folder, "key", "list"), re.M)


def test_a_lost_second_factor(folder: Path, up: Up) -> None:
    said(folder, "user", "add", "otto", "--role", "viewer", "--password", PASSWORD)
    headers = up.log_in(PASSWORD, "otto")
    secret = up.client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD}).json()["secret"]
    # The code of the step before is taken as well, so that it need not hold for long yet.
    confirmed = up.client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": pyotp.TOTP(secret).now()})
    assert confirmed.status_code == 200, confirmed.text
    assert re.search(r"^ otto +viewer .* yes ", said(folder, "user", "list"), re.M)
    refused = up.client.post("/admin/login", json={"username": "otto", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "code_missing")
    assert "by password alone" in said(folder, "user", "second-factor-off", "OTTO")
    assert holds(up, up.log_in(PASSWORD, "otto"))


@pytest.mark.parametrize(("password", "words"), [("1234567", "at least 8 characters"), ("x" * 73, "at most 72 bytes")])
@pytest.mark.threat(11)
def test_11_a_first_password_that_can_not_be(password: str, words: str) -> None:
    with private_folder() as parent:
        done = leads(parent / "var", "up", ADMIN_PASSWORD=password)
        assert done.returncode == 1
        assert words in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_whose_keys_hold_on(folder: Path, up: Up) -> None:
    said(folder, "user", "add", "boss", "--role", "admin", "--password", PASSWORD)
    headers = up.log_in(PASSWORD, "boss")
    assert up.client.post("/admin/keys", headers=headers, json={"name": "of the boss", "scope": "read"}).status_code == 201
    assert "API keys that they made, and that hold on: 1" in said(folder, "user", "disable", "boss")


def test_another_secret() -> None:
    """With the one before nobody is logged out; without it everybody is."""
    with private_folder() as parent:
        folder = parent / "var"
        assert "leads up makes one" in refusal(folder, "rotate-secret")
        with running(folder, ADMIN_PASSWORD="admins-password") as up:
            token = up.log_in("admins-password")
            up.stop()
        for arguments, kept in (((), True), (("--forget",), False)):
            assert "from the next start" in said(folder, "rotate-secret", *arguments)
            with running(folder) as up:
                assert holds(up, token) is kept
                token = up.log_in("admins-password")
                assert holds(up, token)
                up.stop()
        assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "secrets").iterdir())
        done = leads(folder, "rotate-secret", JWT_SECRET_KEY="k" * 32)
        assert (done.returncode, "JWT_PREVIOUS_KEYS" in done.stderr) == (1, True)
