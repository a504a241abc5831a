"""The pools: each connection is its role's, holds no session state, and passes JSON on unparsed."""

import pytest

from conftest import Site
from service.db import POOL_SIZES, SERVER_SETTINGS, Role


@pytest.mark.threat(15)
@pytest.mark.parametrize("role", Role)
async def test_a_connection_is_its_roles(site: Site, role: Role) -> None:
    async with site.app.ctx.database._borrow(role) as connection:
        login, current = await connection.fetchrow("SELECT session_user, current_user")
    assert current == role.name_there
    assert login == (Role.CAPTURE if role is Role.CAPTURE else Role.SERVICE)


async def test_settings_hold_on_every_connection(site: Site) -> None:
    async with site.app.ctx.database._borrow(Role.VIEWER) as connection:
        for name in ("lock_timeout", "statement_timeout", "jit", "timezone", "application_name"):
            value = await connection.fetchval(
                "SELECT setting || coalesce(unit, '') FROM pg_settings WHERE lower(name) = $1", name
            )
            assert value.casefold() == SERVER_SETTINGS[name].casefold(), name


@pytest.mark.threat(15)
async def test_nothing_is_sent_between_two_borrowers(site: Site) -> None:
    """asyncpg's own reset would take a round trip, and leave SET ROLE standing: state must never be put there at all."""
    pool = site.app.ctx.database._pools[Role.EDITOR]
    async with pool.acquire() as connection:
        pid = connection.get_server_pid()
        await connection.execute("SET application_name = 'left behind'")
    async with pool.acquire() as connection:
        assert connection.get_server_pid() == pid
        assert await connection.fetchval("SHOW application_name") == "left behind"
        await connection.execute("RESET application_name")


async def test_json_and_jsonb_are_bytes(site: Site) -> None:
    text = b'{"a" :  1, "a":2}'
    async with site.app.ctx.database._borrow(Role.VIEWER) as connection:
        assert await connection.fetchval("SELECT $1::json", text) == text
        assert await connection.fetchval("SELECT $1::jsonb", text) == b'{"a": 2}'


async def test_pools_open_nothing_before_they_are_asked(site: Site) -> None:
    assert set(POOL_SIZES) == set(Role)
    assert all(pool.get_min_size() == 0 for pool in site.app.ctx.database._pools.values())
