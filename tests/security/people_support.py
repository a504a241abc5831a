"""What the tests of people, tokens and keys share."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg

from conftest import Site, Urls, running_site
from service.app import SharedMemory
from service.auth.passwords import hash_password

PASSWORD = "correct horse"
# The cheapest that bcrypt takes, where its cost is not what is tried.
HASH = hash_password(PASSWORD, cost=4)
# Within a second, and patience with a busy machine.
SOON = 5.0

Owner = psycopg.Connection[tuple[Any, ...]]


def add_user(owner: Owner, role: str = "viewer", name: str | None = None, password_hash: str = HASH) -> str:
    """A user of PASSWORD: the name."""
    name = name or f"u{uuid.uuid4().hex[:12]}"
    owner.execute("INSERT INTO app.users (username, password_hash, role) VALUES (%s, %s, %s)", (name, password_hash, role))
    return name


async def login(client: httpx.AsyncClient, username: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await client.post("/admin/login", json={"username": username, "password": password, **more})


async def token_of(client: httpx.AsyncClient, username: str, password: str = PASSWORD, **more: Any) -> dict[str, str]:
    """The header of somebody who logs in."""
    answer = await login(client, username, password, **more)
    assert answer.status_code == 200, answer.text
    return bearer(answer.json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def becomes(status: int, ask: Callable[[], Awaitable[httpx.Response]], seconds: float = SOON) -> None:
    """Returns once the answer is of that status. It must not take longer than a second and some patience."""
    deadline = time.monotonic() + seconds
    while (answer := await ask()).status_code != status:
        assert time.monotonic() < deadline, f"still {answer.status_code}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def machines(urls: Urls, **settings: Any) -> AsyncIterator[tuple[Site, Site, Site]]:
    """Two workers of one machine, and another machine's, on one database."""
    async with running_site(urls, workers=2, **settings) as alone:
        shared = SharedMemory.create(alone.settings)
    async with (
        running_site(urls, workers=2, shared=shared, worker=0, **settings) as first,
        running_site(urls, workers=2, shared=shared, worker=1, **settings) as second,
        running_site(urls, **settings) as elsewhere,
    ):
        yield first, second, elsewhere


async def ask(
    site: Site, headers: dict[str, str], path: str = "/admin/validate", method: str = "GET", **more: Any
) -> httpx.Response:
    async with httpx.AsyncClient(base_url=site.url, timeout=15) as client:
        return await client.request(method, path, headers=headers, **more)
