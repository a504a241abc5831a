"""The worker, in a running service: what a form gives rise to arrives, once, whatever the provider does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import mail_support
import psycopg
import pytest
from mail_support import Lookalike, lookalike, post_office

from conftest import Site, Urls, running_site
from service.mail import outbox
from service.mail.composing import Composer
from service.settings import Mailbox, Resend, Smtp

Owner = psycopg.Connection[tuple[Any, ...]]
FORM = {"name": "Ada", "subject": "Hello", "message": "How are you?"}
OPTIONS: dict[str, Any] = {"mail_from": "Leads <leads@example.com>", "notify_to": ("team@example.com",), "mail_rate": 1000}


@pytest.fixture
def owner(fresh_urls: Urls) -> Any:
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection


@asynccontextmanager
async def resending(urls: Urls, provider: Lookalike, **options: Any) -> AsyncIterator[Site]:
    settings = {**OPTIONS, "mail_url": Resend(mail_support.KEY, provider.url), **options}
    async with running_site(urls, **settings) as site:
        yield site


async def post(site: Site, *addresses: str) -> None:
    async with httpx.AsyncClient(base_url=site.url, timeout=20) as client:
        for address in addresses:
            answer = await client.post("/api/submit-contact", json={**FORM, "email": address})
            assert answer.status_code == 201


def states(owner: Owner) -> Counter[str]:
    return Counter(row[0] for row in owner.execute("SELECT state::text FROM app.outbox WHERE kind <> 'notification'"))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - another process, or PostgreSQL, makes it true
            await asyncio.sleep(0.02)


def make_due(owner: Owner) -> None:
    """What waits for another try, or for its lease to end, is due now."""
    owner.execute("UPDATE app.outbox SET due_at = now() WHERE state IN ('queued', 'sending') AND kind <> 'notification'")


async def test_a_mail_to_each(fresh_urls: Urls, owner: Owner) -> None:
    addresses = [f"{number}@example.com" for number in range(30)]
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        await post(site, *addresses)
        await until(lambda: states(owner)["sent"] == 30)
    assert sorted(mail["to"][0] for mail in provider.accepted) == sorted(addresses)
    assert provider.wrong == []
    named = {row[0] for row in owner.execute("SELECT provider_id FROM app.outbox WHERE state = 'sent'")}
    assert named == {mail["id"] for mail in provider.accepted}


@pytest.mark.threat(58)
@pytest.mark.parametrize("trouble", ["lose", "drop", (500, "application_error"), (503, "application_error")])
async def test_trouble_and_then_none_is_one_mail(fresh_urls: Urls, owner: Owner, trouble: Any) -> None:
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        provider.behave = lambda number: trouble if number <= 3 else None
        await post(site, "ada@example.com")
        for tries in (1, 2, 3):
            await until(lambda tries=tries: len(provider.tried) >= tries and states(owner)["queued"] == 1)  # type: ignore[misc]
            waits = owner.execute("SELECT error, attempts FROM app.outbox WHERE kind = 'acknowledgement'").fetchone()
            assert waits is not None
            assert waits[0].startswith("Resend")
            assert waits[1] == tries
            make_due(owner)
        await until(lambda: states(owner)["sent"] == 1)
    assert len(provider.accepted) == 1
    assert len(provider.tried) == 4
    assert len(set(provider.tried)) == 1
    assert provider.wrong == []


@pytest.mark.threat(58)
async def test_one_that_stalls_holds_up_nobody_for_ever(
    fresh_urls: Urls, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SEND_SECONDS", 0.5)
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        provider.behave = lambda number: "stall" if number == 1 else None
        await post(site, "slow@example.com", "next@example.com")
        await until(lambda: states(owner)["sent"] == 1)
        make_due(owner)
        await until(lambda: states(owner)["sent"] == 2)
    assert sorted(mail["to"][0] for mail in provider.accepted) == ["next@example.com", "slow@example.com"]


async def test_what_is_refused_is_kept_and_said(fresh_urls: Urls, owner: Owner) -> None:
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        provider.behave = lambda number: (422, "validation_error") if number == 1 else None
        await post(site, "refused@example.com", "fine@example.com")
        await until(lambda: states(owner) == Counter(failed=1, sent=1))
        row = owner.execute("SELECT error, recipient FROM app.outbox WHERE state = 'failed'").fetchone()
        assert row == ("Resend says: 422 validation_error no", "refused@example.com")
        owner.execute("SELECT service.retry_mails(NULL)")  # which tells the worker
        await until(lambda: states(owner) == Counter(sent=2))


async def test_a_provider_that_takes_nothing_is_left_alone(
    fresh_urls: Urls, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key fails no mail: they wait until it is right."""
    monkeypatch.setattr(outbox, "PAUSE_SECONDS", (0.3, 0.3))
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        taken = asyncio.Event()
        provider.behave = lambda number: None if taken.is_set() else (401, "invalid_api_key")
        await post(site, *(f"{number}@example.com" for number in range(10)))
        await until(lambda: len(provider.tried) >= 3)
        found = {
            tuple(row) for row in owner.execute("SELECT state::text, attempts FROM app.outbox WHERE kind = 'acknowledgement'")
        }
        assert found <= {("queued", 0), ("sending", 1)}
        taken.set()
        make_due(owner)
        await until(lambda: states(owner)["sent"] == 10)
    assert len(provider.accepted) == 10


async def test_by_smtp(fresh_urls: Urls, owner: Owner) -> None:
    async with post_office() as office:
        office.reply = lambda number: "451 4.7.1 later" if not office.letters and number == 1 and not tried else None
        tried: list[int] = []
        settings = {**OPTIONS, "mail_url": Smtp("127.0.0.1", office.port, "off")}
        async with running_site(fresh_urls, **settings) as site:
            await post(site, "first@example.com")
            await until(lambda: states(owner)["queued"] == 1 and len(office.encrypted) == 1)
            tried.append(1)
            make_due(owner)
            await post(site, *(f"{number}@example.com" for number in range(5)))
            await until(lambda: states(owner)["sent"] == 6)
    assert len(office.letters) == 6
    assert {letter.message["Auto-Submitted"] for letter in office.letters} == {"auto-replied"}


async def test_a_service_that_stops_hands_over_what_it_began_and_leaves_the_rest(fresh_urls: Urls, owner: Owner) -> None:
    async with lookalike() as provider:
        async with resending(fresh_urls, provider, mail_rate=1) as site:  # one a second
            await post(site, *(f"{number}@example.com" for number in range(5)))
            await provider.until(lambda: len(provider.tried) >= 1)
        assert states(owner)["sending"] == 0
        assert states(owner)["sent"] == len(provider.accepted)
        rest = owner.execute(
            "SELECT count(*) FROM app.outbox WHERE state = 'queued' AND kind = 'acknowledgement' AND attempts = 0"
        )
        assert rest.fetchone() == (5 - len(provider.accepted),)
        async with resending(fresh_urls, provider):
            await until(lambda: states(owner)["sent"] == 5)
    assert len(provider.accepted) == 5


async def test_a_database_that_is_away_loses_no_outcome(fresh_urls: Urls, owner: Owner) -> None:
    """The mail was taken, and the worker can't say so: it says it when it can."""
    async with lookalike() as provider, resending(fresh_urls, provider) as site:
        provider.behave = lambda number: "stall"
        await post(site, "ada@example.com")
        await provider.until(lambda: len(provider.accepted) == 1)
        with psycopg.connect(fresh_urls.superuser, autocommit=True) as superuser:
            superuser.execute("ALTER ROLE leads_service CONNECTION LIMIT 0")
            try:
                superuser.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'leads_service' AND datname = current_database()"
                )
                provider.behave = lambda number: None
                provider.held.set()
            finally:
                superuser.execute("ALTER ROLE leads_service CONNECTION LIMIT -1")
        await until(lambda: states(owner)["sent"] == 1)
    assert len(provider.tried) == 1


async def test_without_a_way_out_mails_wait(fresh_urls: Urls, owner: Owner) -> None:
    async with running_site(fresh_urls) as site:
        await post(site, "ada@example.com")
        async with httpx.AsyncClient(base_url=site.url, headers=site.bearer()) as client:
            status = (await client.get("/admin/mail/status")).json()
    assert (status["transport"], status["queued"], status["notify_to"]) == (None, 2, [])
    assert states(owner) == Counter(queued=1)


async def test_workers_of_several_processes_send_each_mail_once(fresh_urls: Urls, owner: Owner) -> None:
    async with lookalike() as provider, resending(fresh_urls, provider) as one, resending(fresh_urls, provider) as two:
        await asyncio.gather(
            post(one, *(f"a{number}@example.com" for number in range(40))),
            post(two, *(f"b{number}@example.com" for number in range(40))),
        )
        await until(lambda: states(owner)["sent"] == 80)
    assert len(provider.tried) == len(set(provider.tried)) == 80


async def test_the_worker_is_told_and_need_not_look(
    fresh_urls: Urls, owner: Owner, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a form, by the seal of its lead; of a retry by hand, by a NOTIFY."""
    monkeypatch.setattr(outbox, "POLL_SECONDS", 1000)
    async with running_site(fresh_urls, **{**OPTIONS, "mail_url": Mailbox(tmp_path / "mailbox")}) as site:
        await post(site, "ada@example.com")
        await until(lambda: states(owner)["sent"] == 1)
        owner.execute("UPDATE app.outbox SET state = 'failed'")
        owner.execute("SELECT service.retry_mails(NULL)")
        await until(lambda: states(owner)["sent"] == 1)


async def test_one_that_can_not_be_made_holds_up_no_other(
    fresh_urls: Urls, owner: Owner, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = Composer.compose

    def fail_for_one(composer: Composer, claimed: Any) -> Any:
        if claimed["recipient"] == "odd@example.com":
            raise KeyError("a fault of ours")
        return compose(composer, claimed)

    monkeypatch.setattr(Composer, "compose", fail_for_one)
    async with running_site(fresh_urls, **{**OPTIONS, "mail_url": Mailbox(tmp_path / "mailbox")}) as site:
        await post(site, "odd@example.com", "a@example.com", "b@example.com")
        await until(lambda: states(owner) == Counter(sent=2, queued=1))
        row = owner.execute("SELECT error FROM app.outbox WHERE recipient = 'odd@example.com'").fetchone()
        assert row == ("Something went wrong here: KeyError.",)
