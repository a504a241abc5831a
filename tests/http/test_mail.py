"""The outbox and the templates over HTTP, the links that mails hold, and what the provider reports: on a mailbox."""

import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from jsonschema import Draft202012Validator

from conftest import Site, Urls, running_site
from service.app import create_app
from service.mail.composing import Composer
from service.settings import Mailbox, SettingsError
from tests_support import problem

MAIL = "/admin/mail"
SECRET = "whsec_" + base64.b64encode(b"a webhook's secret, 32 bytes long").decode()
CV = b"%PDF-1.7 my life"
Owner = psycopg.Connection[tuple[Any, ...]]
FORM = {"name": "Ada Lovelace", "subject": "SUBJECT-TYPED", "message": "MESSAGE-TYPED"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mail")
    (made / "My CV.pdf").write_bytes(CV)
    return made


@pytest.fixture(scope="module")
async def site(urls: Urls, folder: Path) -> AsyncIterator[Site]:
    async with running_site(
        urls,
        answer_cache_bytes=0,
        mail_url=Mailbox(folder / "mailbox"),
        mail_from="Leads <leads@example.com>",
        notify_to=("team@example.com", "boss@example.com"),
        public_url="https://leads.example.com",
        cv_file=folder / "My CV.pdf",
        cv_delivery="link",
        resend_webhook_secret=SECRET,
    ) as running:
        yield running


@pytest.fixture
def admin(site: Site) -> dict[str, str]:
    return site.bearer("ann", "admin")


@pytest.fixture
def editor(site: Site) -> dict[str, str]:
    return site.bearer("ed", "editor")


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


@pytest.fixture
async def post(client: httpx.AsyncClient, owner: Owner) -> Any:
    """Sends a form, and waits until its answer is in the mailbox: the mail, as the outbox lists it."""

    async def send(path: str = "/api/submit-contact", address: str = "ada@example.com", **fields: str) -> dict[str, Any]:
        owner.execute("DELETE FROM app.auto_replies")
        sent = await client.post(path, json={**FORM, "email": address, **fields})
        assert sent.status_code == 201
        lead = owner.execute("SELECT id FROM contact_leads WHERE reference = %s", [sent.json()["reference"]]).fetchone()
        assert lead is not None
        return await until(owner, "sent", "lead_id = %s AND kind <> 'notification'", lead[0])

    return send


async def until(owner: Owner, state: str, which: str, *values: object) -> dict[str, Any]:
    """The mail, as soon as it is in this state."""
    async with asyncio.timeout(20):
        while True:
            row = owner.execute(
                f"SELECT to_jsonb(o) FROM app.outbox AS o WHERE {which} ORDER BY id DESC LIMIT 1", values
            ).fetchone()
            if row and row[0]["state"] == state:
                found: dict[str, Any] = row[0]
                return found
            await asyncio.sleep(0.01)


def letter(folder: Path, mail: dict[str, Any]) -> Any:
    data = (folder / "mailbox" / mail["provider_id"]).read_bytes()
    return email.message_from_bytes(data, policy=email.policy.default)


class TestAnswers:
    async def test_an_answer_holds_nothing_that_was_typed(self, post: Any, folder: Path) -> None:
        mail = await post()
        found = letter(folder, mail)
        assert (found["To"], found["From"]) == ("ada@example.com", "Leads <leads@example.com>")
        assert found["Auto-Submitted"] == "auto-replied"
        assert found["X-Auto-Response-Suppress"] == "All"
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(r"<https://leads.example.com/mail/stop/[\w-]+>, <mailto:leads@example.com\?subject=no%20more%20mail>",
                            found["List-Unsubscribe"])  # fmt: skip
        assert found["Message-ID"] == f"<{mail['key']}@example.com>"
        text = found.get_body(("plain",)).get_content()
        assert text.startswith("Hello Ada Lovelace,")
        assert "TYPED" not in found.as_string()

    @pytest.mark.threat(25)
    async def test_a_name_that_would_be_a_header(self, post: Any, owner: Owner, folder: Path) -> None:
        mail = await post(name="=?utf-8?q?a=0ABcc:x?=", address="b@example.com", subject="=?utf-8?q?a=0ABcc:x?=")
        owner.execute("UPDATE contact_leads SET priority = 'urgent' WHERE id = %s", [mail["lead_id"]])
        news = await until(
            owner, "sent", "kind = 'notification' AND occasion LIKE %s", f"notification {mail['lead_id']} urgent"
        )
        for found in (letter(folder, mail), letter(folder, news)):
            assert "Bcc" not in found
            assert "Bcc" not in " ".join(found.keys())
        assert letter(folder, mail).get_body(("plain",)).get_content().startswith("Hello,")

    async def test_the_team_is_told_at_once_of_what_is_urgent(self, post: Any, owner: Owner, folder: Path) -> None:
        mail = await post(address="urgent@example.com")
        owner.execute("UPDATE app.outbox SET state = 'skipped' WHERE kind = 'notification' AND state = 'queued' AND lead_id <> %s",
                      [mail["lead_id"]])  # fmt: skip
        owner.execute("UPDATE contact_leads SET priority = 'high' WHERE id = %s", [mail["lead_id"]])
        news = letter(folder, await until(owner, "sent", "occasion = %s", f"notification {mail['lead_id']} high"))
        assert news["To"] == "team@example.com, boss@example.com"
        assert news["Reply-To"] == "urgent@example.com"
        assert news["Auto-Submitted"] == "auto-generated"
        assert news["List-Id"] == "Lead inbox <leads.example.com>"
        assert news["Subject"] == "New, high: Ada Lovelace, SUBJECT-TYPED"
        assert "MESSAGE-TYPED" in news.get_body(("plain",)).get_content()
        assert f"https://leads.example.com/leads/{mail['lead_id']}" in news.get_body(("html",)).get_content()

    async def test_an_address_that_only_sql_can_have_written(self, post: Any, owner: Owner) -> None:
        mail = await post(address="sql@example.com")
        owner.execute("UPDATE app.outbox SET state = 'queued', content = NULL, due_at = now(), recipient = 'a@b.example,c@d.example' "
                      "WHERE id = %s", [mail["id"]])  # fmt: skip
        failed = await until(owner, "failed", "id = %s", mail["id"])
        assert "is no address" in failed["error"]


class TestOutbox:
    async def test_what_is_listed(self, client: httpx.AsyncClient, viewer: dict[str, str], post: Any) -> None:
        mail = await post(address="list@example.com")
        answer = await client.get(f"{MAIL}?lead_id={mail['lead_id']}&kind=acknowledgement&state=sent,failed", headers=viewer)
        assert answer.headers["cache-control"] == "private, no-cache"
        (listed,) = answer.json()["data"]
        assert (listed["id"], listed["subject"], listed["transport"]) == (
            mail["id"],
            "We have received your message",
            "mailbox",
        )
        assert answer.json()["next"] is None
        first = (await client.get(f"{MAIL}?limit=1", headers=viewer)).json()
        second = (await client.get(f"{MAIL}?limit=1&cursor={first['next']}", headers=viewer)).json()
        assert second["data"][0]["id"] < first["data"][0]["id"]

    @pytest.mark.parametrize(
        ("query", "code"),
        [("state=x", "filter_not_valid"), ("kind=x", "filter_not_valid"), ("lead_id=x", "filter_not_valid"), ("limit=0", "limit_not_valid"),
         ("cursor=x", "cursor_not_valid"), ("nope=1", "parameter_unknown")],
    )  # fmt: skip
    async def test_filters_that_are_none(
        self, client: httpx.AsyncClient, viewer: dict[str, str], query: str, code: str
    ) -> None:
        assert (
            problem(await client.get(f"{MAIL}?{query}", headers=viewer), 400, *(["allowed"] if query[:1] in "sk" else []))[
                "code"
            ]
            == code
        )

    async def test_one_with_what_it_says_and_as_a_file(
        self, client: httpx.AsyncClient, viewer: dict[str, str], post: Any, folder: Path
    ) -> None:
        mail = await post(address="one@example.com")
        found = (await client.get(f"{MAIL}/{mail['id']}", headers=viewer)).json()
        assert found["content"]["text"].startswith("Hello Ada")
        assert found["content"]["to"] == ["one@example.com"]
        file = await client.get(f"{MAIL}/{mail['id']}/eml", headers=viewer)
        assert file.headers["content-type"] == "message/rfc822"
        assert file.headers["content-disposition"] == f'attachment; filename="mail-{mail["id"]}.eml"'
        ours, theirs = (
            email.message_from_bytes(data, policy=email.policy.default)
            for data in (file.content, (folder / "mailbox" / mail["provider_id"]).read_bytes())
        )
        assert [(name, ours[name]) for name in ours if name != "Content-Type"] == [
            (name, theirs[name]) for name in theirs if name != "Content-Type"
        ]
        assert problem(await client.get(f"{MAIL}/999999", headers=viewer), 404)["code"] == "mail_not_found"

    async def test_how_it_stands(self, client: httpx.AsyncClient, viewer: dict[str, str], post: Any) -> None:
        await post(address="status@example.com")
        found = (await client.get(f"{MAIL}/status", headers=viewer)).json()
        assert found["sent_24h"] >= 1
        assert (found["transport"], found["mail_from"], found["cv"]) == ("mailbox", "Leads <leads@example.com>", "link")
        assert found["notify_to"] == ["team@example.com", "boss@example.com"]

    async def test_tried_again(
        self, client: httpx.AsyncClient, editor: dict[str, str], owner: Owner, post: Any, folder: Path
    ) -> None:
        mail = await post(address="again@example.com")
        owner.execute("UPDATE app.outbox SET state = 'failed', error = 'no' WHERE id = %s", [mail["id"]])
        assert (await client.post(f"{MAIL}/retry", json={"ids": [mail["id"], 0]}, headers=editor)).json() == {"changed": 1}
        again = await until(owner, "sent", "id = %s", mail["id"])
        assert again["key"] != mail["key"]
        owner.execute("UPDATE app.outbox SET state = 'failed', error = 'no' WHERE id = %s", [mail["id"]])
        failed = owner.execute("SELECT count(*) FROM app.outbox WHERE state = 'failed'").fetchone()
        assert failed is not None
        assert (await client.post(f"{MAIL}/retry", json={"state": "failed"}, headers=editor)).json() == {"changed": failed[0]}
        for body in ({}, {"state": "sent"}, {"ids": [1], "state": "failed"}, {"ids": "1"}):
            assert problem(await client.post(f"{MAIL}/retry", json=body, headers=editor), 400)
        for ids in ([], ["1"], [1] * 1001, [True]):
            assert (
                problem(await client.post(f"{MAIL}/retry", json={"ids": ids}, headers=editor), 422)["errors"][0]["field"]
                == "ids"
            )

    async def test_they_are_as_the_contract_says(self, client: httpx.AsyncClient, admin: dict[str, str], post: Any) -> None:
        mail = await post(address="contract@example.com")
        components = (await client.get("/openapi.json")).json()["components"]
        for name, path in (("Mails", MAIL), ("MailStatus", f"{MAIL}/status"), ("MailWithContent", f"{MAIL}/{mail['id']}"),
                           ("MailTemplates", f"{MAIL}/templates")):  # fmt: skip
            schema = {"$ref": f"#/components/schemas/{name}", "components": components}
            answer = (await client.get(path, headers=admin)).json()
            assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == []


class TestTemplates:
    async def test_changed_tried_and_taken_back(
        self, client: httpx.AsyncClient, admin: dict[str, str], owner: Owner, post: Any, folder: Path
    ) -> None:
        path = f"{MAIL}/templates/acknowledgement"
        before = (await client.get(f"{MAIL}/templates", headers=admin)).json()["data"]
        assert [one["kind"] for one in before] == ["acknowledgement", "cv", "notification", "reminder", "digest"]
        mine = {"enabled": True, "subject": "Thanks, {{ name }}", "body_text": "Ref {{ reference }}", "body_html": None}
        saved = (await client.put(path, json=mine, headers=admin)).json()
        assert (saved["changed"], saved["subject"], saved["updated_by"]) == (True, "Thanks, {{ name }}", "ann")
        assert saved["body_html"] == saved["default"]["body_html"]
        mail = await post(address="template@example.com")
        assert letter(folder, mail)["Subject"] == "Thanks, Ada Lovelace"
        tested = await client.post(f"{path}/test", json={"to": "me@example.com"}, headers=admin)
        assert tested.status_code == 201
        test = letter(folder, await until(owner, "sent", "id = %s", tested.json()["id"]))
        assert (test["Subject"], test["To"]) == ("[Test] Thanks, Ada Lovelace", "me@example.com")
        back = {"enabled": True, **saved["default"]}
        assert (await client.put(path, json=back, headers=admin)).json()["changed"] is False

    async def test_a_preview_is_not_kept(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        sent = {
            "subject": "{{ count }} new",
            "body_text": "{% for lead in leads %}{{ lead.name }};{% endfor %}",
            "body_html": "<b>{{ lead.name }}</b>",
        }
        made = await client.post(f"{MAIL}/templates/notification/preview", json=sent, headers=admin)
        assert made.json() == {"subject": "5 new", "text": "Ada Lovelace;Charles Babbage;\n", "html": "<b>Ada Lovelace</b>\n"}
        templates = (await client.get(f"{MAIL}/templates", headers=admin)).json()["data"]
        assert templates[2]["changed"] is False

    @pytest.mark.parametrize("way", ["put", "preview"])
    async def test_what_is_wrong_is_named(self, client: httpx.AsyncClient, admin: dict[str, str], way: str) -> None:
        path = f"{MAIL}/templates/cv"
        sent: dict[str, Any] = {"subject": "{{ nope }}", "body_text": "a\n{% if %}", "body_html": "{{ name.__class__ }}"}
        if way == "put":
            answer = await client.put(path, json={"enabled": True, **sent}, headers=admin)
        else:
            answer = await client.post(f"{path}/preview", json=sent, headers=admin)
        errors = {error["field"]: error["message"] for error in problem(answer, 422)["errors"]}
        assert set(errors) == {"subject", "body_text", "body_html"}
        assert errors["body_text"].startswith("Line 2:")

    @pytest.mark.parametrize(
        "to", ["", "x", "a@b", "a@b.example,c@d.example", "a@b.example\r\nBcc: c@d.example", "Jane <a@b.example>"]
    )
    async def test_a_test_goes_to_one_address(self, client: httpx.AsyncClient, admin: dict[str, str], to: str) -> None:
        answer = await client.post(f"{MAIL}/templates/cv/test", json={"to": to}, headers=admin)
        assert problem(answer, 422)["errors"][0]["field"] == "to"

    async def test_a_kind_there_is_not(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        sent = {"enabled": True, "subject": None, "body_text": None, "body_html": None}
        for kind in ("nope", "..%2Fform", "digest.txt"):
            assert (
                problem(await client.put(f"{MAIL}/templates/{kind}", json=sent, headers=admin), 404)["code"]
                == "template_not_found"
            )


class TestLinks:
    def link(self, folder: Path, mail: dict[str, Any], path: str) -> str:
        text = letter(folder, mail).get_body(("plain",)).get_content()
        found = re.search(rf"https://leads\.example\.com(/{path}/[\w-]+)", text)
        assert found
        return found[1]

    async def test_the_cv_by_its_link(self, client: httpx.AsyncClient, viewer: dict[str, str], post: Any, folder: Path) -> None:
        mail = await post("/api/v1/request-cv", address="cv@example.com")
        path = self.link(folder, mail, "cv")
        assert (await client.head(path)).status_code == 200
        for _ in range(2):
            answer = await client.get(path)
            assert (answer.status_code, answer.content) == (200, CV)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''My%20CV.pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert (await client.get(f"{MAIL}/{mail['id']}", headers=viewer)).json()["opened"] == 2

    async def test_a_link_that_does_not_hold(
        self, client: httpx.AsyncClient, site: Site, post: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mail = await post("/api/v1/request-cv", address="gone@example.com")
        path, stop = self.link(folder, mail, "cv"), self.link(folder, mail, "mail/stop")
        token = path.rpartition("/")[2]
        changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token), 7)]
        for wrong in [*changed, "", "x", token[:-1], token + "A", stop.rpartition("/")[2], "%00", "é"]:
            answer = await client.get(f"/cv/{wrong}")
            assert answer.status_code == 404, wrong
            assert CV not in answer.content
        monkeypatch.setattr(site.app.ctx.links, "_clock", lambda: time.time() + 14 * 86_400 + 1)
        gone = await client.get(path)
        assert gone.status_code == 404
        assert "does not work any more" in gone.text

    async def test_no_more_answers(self, client: httpx.AsyncClient, post: Any, owner: Owner, folder: Path) -> None:
        mail = await post(address="stop@example.com")
        path = self.link(folder, mail, "mail/stop")
        page = await client.get(path)
        assert page.status_code == 200
        assert f'action="{path}"' in page.text
        assert owner.execute("SELECT count(*) FROM app.mail_stops WHERE address = 'stop@example.com'").fetchone() == (0,)
        done = await client.post(
            path, content="List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert done.status_code == 200
        owner.execute("DELETE FROM app.auto_replies")
        await client.post("/api/submit-contact", json={**FORM, "email": "stop@example.com"})
        skipped = await until(owner, "skipped", "recipient = 'stop@example.com'")
        assert skipped["error"] == "Somebody at this address asked for no more mail."
        assert (await client.post(path + "A")).status_code == 404

    async def test_allowed_again(self, client: httpx.AsyncClient, editor: dict[str, str], owner: Owner) -> None:
        owner.execute("INSERT INTO app.mail_stops (address, reason) VALUES ('allow@example.com', 'bounced')")
        for allowed in (True, False):
            answer = await client.post(f"{MAIL}/allow", json={"email": "Allow+x@example.com"}, headers=editor)
            assert answer.json() == {"allowed": allowed}


class TestAttachment:
    async def test_a_link_needs_an_address(self, site: Site) -> None:
        with pytest.raises(SettingsError, match="PUBLIC_URL"):
            create_app(replace(site.settings, public_url=None), name="leads_without_address")

    async def test_the_cv_is_attached_unless_it_is_to_be_a_link(self, site: Site, folder: Path) -> None:
        composer: Composer = replace(site.app.ctx.composer, cv_delivery="attachment")
        claimed = {
            "id": 1, "key": "0c9f4b6e-5a38-4f0c-9d2b-0f5d6b9f0f10", "kind": "cv", "recipient": "a@example.com", "is_test": False, "template": None,
            "leads": [{"id": 1, "name": "Ada", "reference": "r", "created_at": "t", "lead_type": "cv_request"}], "more": 0, "digest": None,
        }  # fmt: skip
        content = composer.compose(claimed)
        assert content["attach_cv"] is True
        assert "attached" in content["text"]
        without = replace(composer, cv_file=None).compose(claimed)
        assert without["attach_cv"] is False
        assert "somebody will" in without["text"]


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None, **changes: str) -> dict[str, str]:
    sent_at = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, f"msg_1.{sent_at}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {
        "svix-id": "msg_1",
        "svix-timestamp": sent_at,
        "svix-signature": f"v1,bm9uZQ== v1,{mac}",
        "content-type": "application/json",
    }
    return headers | {name.replace("_", "-"): value for name, value in changes.items()}


def report(kind: str, mail: dict[str, Any], **data: Any) -> bytes:
    return orjson.dumps({
        "type": kind, "created_at": "2026-11-23T10:00:00.000Z",
        "data": {"email_id": mail["provider_id"], "to": [mail["recipient"]], "tags": {"mail": mail["key"]}, **data},
    })  # fmt: skip


class TestWebhooks:
    async def test_a_bounce_is_shown_on_the_lead(self, client: httpx.AsyncClient, viewer: dict[str, str], post: Any) -> None:
        mail = await post(address="unreachable@example.com")
        body = report(
            "email.bounced", mail, bounce={"type": "Permanent", "subType": "General", "message": "No such\r\nmailbox"}
        )
        assert (await client.post("/webhooks/resend", content=body, headers=signed(body))).status_code == 204
        (shown,) = (await client.get(f"{MAIL}?lead_id={mail['lead_id']}&kind=acknowledgement", headers=viewer)).json()["data"]
        assert (shown["delivery"], shown["delivery_detail"]) == ("bounced", "Permanent: General: No such mailbox")
        assert shown["stopped"] == "bounced"

    async def test_who_is_not_resend(self, client: httpx.AsyncClient, owner: Owner, post: Any) -> None:
        mail = await post(address="forged@example.com")
        body = report("email.bounced", mail)
        other = "whsec_" + base64.b64encode(b"another secret, of thirty-two bytes").decode()
        for headers in (
            {}, signed(body, secret=other), signed(body + b" "), signed(body, at=time.time() - 301), signed(body, at=time.time() + 301),
            signed(body, svix_id="msg_2"), signed(body, svix_timestamp="x"), signed(body, svix_signature=""), signed(body, svix_signature="v1,"),
        ):  # fmt: skip
            answer = await client.post(
                "/webhooks/resend", content=body, headers={"content-type": "application/json", **headers}
            )
            assert problem(answer, 401)["code"] == "signature_not_valid"
        assert owner.execute("SELECT delivery FROM app.outbox WHERE id = %s", [mail["id"]]).fetchone() == (None,)

    @pytest.mark.parametrize(
        "body",
        [
            b"[]",
            b"{}",
            b"x",
            b'{"type":"email.bounced","data":{}}',
            b'{"type":"email.bounced","created_at":"x","data":{"email_id":"a"}}',
        ],
    )
    async def test_what_can_not_be_read(self, client: httpx.AsyncClient, body: bytes) -> None:
        assert (
            problem(await client.post("/webhooks/resend", content=body, headers=signed(body)), 422)["code"]
            == "report_not_valid"
        )

    async def test_what_says_nothing_of_a_mail_of_ours(self, client: httpx.AsyncClient) -> None:
        for kind, tags in (
            ("email.opened", {}),
            ("email.delivered", [{"name": "mail", "value": "x"}]),
            ("contact.created", None),
        ):
            body = report(kind, {"provider_id": "unknown", "recipient": "a@b.c", "key": "x"}, tags=tags)
            assert (await client.post("/webhooks/resend", content=body, headers=signed(body))).status_code == 204

    async def test_without_a_secret_there_is_none(self, urls: Urls) -> None:
        async with running_site(urls) as bare, httpx.AsyncClient(base_url=bare.url) as client:
            body = b"{}"
            assert (await client.post("/webhooks/resend", content=body, headers=signed(body))).status_code == 404


async def test_files_of_mails_that_are_kept_no_more_are_removed(site: Site, post: Any, owner: Owner, folder: Path) -> None:
    gone, stays = await post(address="sweep@example.com"), await post(address="stays@example.com")
    owner.execute("SELECT service.erase_person(%s, NULL, NULL, 'ann', 'admin', NULL)", [gone["lead_id"]])
    notes = folder / "mailbox" / "notes.txt"
    notes.write_text("mine")
    await site.app.ctx.outbox.sweep()
    assert not (folder / "mailbox" / gone["provider_id"]).exists()
    assert (folder / "mailbox" / stays["provider_id"]).exists()
    assert notes.exists()


async def test_mail_is_counted(client: httpx.AsyncClient, post: Any) -> None:
    await post(address="counted@example.com")
    text = (await client.get("/metrics")).text
    sent = re.search(r'^leads_mails_total\{outcome="sent"\} (\d+)', text, re.MULTILINE)
    assert sent
    assert int(sent[1]) >= 1
    assert "leads_mails_waiting" in text
