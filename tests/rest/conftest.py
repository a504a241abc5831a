"""The harbour, served under /rest."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.settings import RateLimit

pytest.register_assert_rewrite("rest.support")

from rest.support import Ask  # noqa: E402

HARBOUR = Path(__file__).with_name("harbour.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def harbour(urls: Urls) -> Urls:
    """This file's database, with the harbour in it."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_text_search_config = 'pg_catalog.english'")
        connection.execute(f"ALTER DATABASE {name} SET timezone = 'UTC'")
        connection.execute(HARBOUR)
    return urls


@pytest.fixture(scope="module")
async def site(harbour: Urls) -> AsyncIterator[Site]:
    async with running_site(harbour, rest_schemas=("test", "v2"), admin_rate_limit=RateLimit(5000, 1)) as running:
        yield running


@pytest.fixture
def ask(site: Site, client: httpx.AsyncClient) -> Ask:
    bearer = site.bearer("vera", "viewer")

    async def send(path: str, sends: dict[str, str] | list[tuple[str, str]] = {}, method: str = "GET") -> httpx.Response:  # noqa: B006
        headers = httpx.Headers([*bearer.items(), *(sends.items() if isinstance(sends, dict) else sends)])
        return await client.request(method, f"/rest/{path}", headers=headers)

    return send
