"""The rules of people, sessions and keys as psql meets them: what two at once come to, and what is shown of secrets."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sql_support import Call, Connection, refused, run, set_clock, value

from conftest import Urls
from service.auth.passwords import hash_password

HASH = hash_password("correct horse", cost=4)
OTHER_HASH = hash_password("another horse", cost=4)
CLIENT = "198.51.100.7"
DIGEST = hashlib.sha256(b"a key").digest()

Work = Callable[[Connection], object]


@pytest.fixture
def watcher(fresh_urls: Urls) -> Iterator[Connection]:
    """Sees what is committed; none of it is left for another test."""
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection


def add(connection: Connection, name: str = "vera", role: str = "viewer") -> str:
    run(connection, "INSERT INTO app.users (username, password_hash, role) VALUES (%s, %s, %s)", name, HASH, role)
    return name


def begin(connection: Connection, name: str = "vera", client: str = CLIENT) -> tuple[Any, ...]:
    """The hash, the second factor's secret, and the seconds to wait."""
    (found,) = run(connection, "SELECT * FROM service.begin_login(%s, %s)", name, client)
    return found


def end(connection: Connection, name: str = "vera", client: str = CLIENT, step: int | None = None, recovery: bytes | None = None,
        password_hash: str = HASH, jti: uuid.UUID | None = None) -> tuple[Any, ...]:  # fmt: skip
    """The user's name and role."""
    (found,) = run(
        connection, "SELECT * FROM service.end_login(%s, %s, %s, %s, now() + interval '1 hour', NULL, '', %s, %s, %s)",
        name, client, password_hash, jti or uuid.uuid4(), step, b"sealed" if step else None, recovery,
    )  # fmt: skip
    return found


def changed(connection: Connection, name: str, *, actor: str | None = None, role: str | None = None, disabled: bool | None = None,
            password_hash: str | None = None) -> dict[str, Any]:  # fmt: skip
    statement = "SELECT service.change_user(%s, %s, %s, %s, %s, 'admin', NULL)"
    user: dict[str, Any] = value(connection, statement, name, role, disabled, password_hash, actor)
    return user


def key(connection: Connection, name: str = "a program", digest: bytes = DIGEST) -> dict[str, Any]:
    made: dict[str, Any] = value(
        connection, "SELECT service.add_key(%s, 'read', %s, 'leads_abc', 30, 'boss', 'admin', NULL)", name, digest
    )
    return made


def second_factor(connection: Connection, name: str = "vera", codes: tuple[bytes, ...] = (DIGEST,)) -> None:
    run(connection, "SELECT service.begin_second_factor(%s, 'sealed', %s)", name, CLIENT)
    run(connection, "SELECT service.confirm_second_factor(%s, 'sealed', 100, %s, NULL)", name, list(codes))


def in_order(urls: Urls, watcher: Connection, first: Work, second: Work) -> tuple[Any, Any]:
    """What each gave, or its SQLSTATE; the second waits until the first has committed."""
    with psycopg.connect(urls.owner) as holder:
        gave = first(holder)
        waiting = Call(urls.owner, second).waits(watcher)
        holder.commit()
        return gave, waiting.found()


def revoked(connection: Connection) -> set[uuid.UUID]:
    return {row[0] for row in run(connection, "SELECT jti FROM app.revoked_tokens")}


CHANGES: dict[str, Work] = {
    "disabled": lambda c: changed(c, "vera", disabled=True),
    "another password": lambda c: changed(c, "vera", password_hash=OTHER_HASH),
    "another password, in SQL": lambda c: run(c, "UPDATE app.users SET password_hash = %s WHERE username = 'vera'", OTHER_HASH),
    "deleted": lambda c: run(c, "DELETE FROM app.users WHERE username = 'vera'"),
    "another role": lambda c: changed(c, "vera", role="editor"),
}


class TestTheLoginAndAChange:
    """A login is under way while its user is changed: whichever comes first, no token of before is left."""

    @pytest.mark.parametrize("change", CHANGES)
    def test_the_change_comes_first(self, fresh_urls: Urls, watcher: Connection, change: str) -> None:
        add(watcher)
        begin(watcher)
        _, found = in_order(fresh_urls, watcher, CHANGES[change], end)
        assert found == (("vera", "editor") if change == "another role" else (None, None))
        assert value(watcher, "SELECT count(*) FROM app.sessions") == (change == "another role")

    @pytest.mark.parametrize("change", CHANGES)
    def test_the_login_comes_first(self, fresh_urls: Urls, watcher: Connection, change: str) -> None:
        add(watcher)
        begin(watcher)
        jti = uuid.uuid4()
        found, _ = in_order(fresh_urls, watcher, lambda c: end(c, jti=jti), CHANGES[change])
        assert found == ("vera", "viewer")
        assert value(watcher, "SELECT count(*) FROM app.sessions") == 0
        assert revoked(watcher) == {jti}


class TestAdmins:
    def test_two_who_demote_each_other(self, fresh_urls: Urls, watcher: Connection) -> None:
        add(watcher, "ann", "admin")
        add(watcher, "bob", "admin")
        done, refusal = in_order(
            fresh_urls, watcher, lambda c: changed(c, "bob", actor="ann", role="viewer"), lambda c: changed(c, "ann", actor="bob", disabled=True)
        )  # fmt: skip
        assert (done["role"], refusal) == ("viewer", "LD409")

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"name": "ann", "actor": "ann", "role": "editor"}, ("LD409", "own_account", None)),
            ({"name": "ANN", "actor": "ann", "disabled": True}, ("LD409", "own_account", None)),
            ({"name": "ann", "actor": "ann", "password_hash": OTHER_HASH}, ("LD409", "own_account", None)),
            ({"name": "ann", "actor": None, "role": "editor"}, ("LD409", "last_admin", None)),
            ({"name": "ann", "actor": "root", "disabled": True}, ("LD409", "last_admin", None)),
            ({"name": "vera", "actor": "ann", "role": "queen"}, ("LD422", "role_not_valid", "role")),
            ({"name": "nobody", "actor": "ann", "role": "editor"}, ("LD404", "user_not_found", None)),
        ],
    )
    def test_what_can_not_be(self, owner: Connection, changes: dict[str, Any], refusal: tuple[str, str, str | None]) -> None:
        add(owner, "ann", "admin")
        add(owner)
        # Who can't log in is no admin to count on.
        add(owner, "gone", "admin")
        run(owner, "UPDATE app.users SET disabled_at = now() WHERE username = 'gone'")
        assert refused(owner, lambda: changed(owner, **changes)) == refusal

    def test_what_stays_when_nothing_is_said(self, owner: Connection) -> None:
        add(owner, "ann", "admin")
        add(owner)
        before = value(owner, "SELECT u::text FROM app.users AS u WHERE username = 'vera'")
        assert changed(owner, "VERA", actor="ann")["username"] == "vera"
        assert value(owner, "SELECT u::text FROM app.users AS u WHERE username = 'vera'") == before
        assert changed(owner, "vera", actor="ann", disabled=True)["disabled"] is True
        assert changed(owner, "vera", actor="ann", role="admin")["disabled"] is True


class TestDelays:
    @pytest.mark.parametrize(
        ("failures", "seconds"), [(0, 0), (4, 0), (5, 5), (6, 10), (12, 640), (13, 900), (100, 900), (2**31 - 1, 900)]
    )
    def test_twice_as_long_with_each(self, owner: Connection, failures: int, seconds: int) -> None:
        assert value(owner, "SELECT extract(epoch FROM app.login_delay(%s, 5, 900))", failures) == seconds

    def test_a_try_that_is_refused_counts_nothing_and_shows_nothing(self, owner: Connection) -> None:
        add(owner)
        second_factor(owner)
        set_clock(owner, "2026-11-23T10:00:00Z")
        assert [begin(owner)[2] for _ in range(6)] == [0] * 5 + [5]
        assert begin(owner) == (None, None, 5)
        assert run(owner, "SELECT client, failures FROM app.login_tries ORDER BY 1") == [("", 5), (CLIENT, 5)]
        set_clock(owner, "2026-11-23T10:00:05Z")
        assert begin(owner) == (HASH, b"sealed", 0)
        set_clock(owner, "2026-11-24T10:00:06Z")
        assert [begin(owner)[2] for _ in range(6)] == [0] * 5 + [5], "after a day nothing of it is left"

    def test_in_any_case_it_is_one_account(self, owner: Connection) -> None:
        add(owner, "Vera")
        assert [begin(owner, name)[2] for name in ("vera", "VERA", "Vera", "vErA", "verA")] == [0] * 5
        assert begin(owner, "vera")[2] > 0

    def test_who_may_not_log_in_is_as_who_there_is_not(self, owner: Connection) -> None:
        add(owner)
        run(owner, "UPDATE app.users SET disabled_at = now()")
        assert begin(owner) == begin(owner, "nobody") == (None, None, 0)

    def test_an_admin_ends_the_delay_with_another_password(self, owner: Connection) -> None:
        add(owner)
        for _ in range(6):
            begin(owner)
        assert begin(owner)[2] > 0
        changed(owner, "vera", actor="ann", password_hash=OTHER_HASH)
        assert begin(owner) == (OTHER_HASH, None, 0)


class TestSecondFactor:
    def test_a_code_holds_once(self, fresh_urls: Urls, watcher: Connection) -> None:
        add(watcher)
        second_factor(watcher)
        assert in_order(fresh_urls, watcher, lambda c: end(c, step=101), lambda c: end(c, step=101)) == (
            ("vera", "viewer"),
            (None, None),
        )
        assert end(watcher, step=100) == (None, None), "nor one from before it"
        assert end(watcher, step=None) == (None, None)
        assert end(watcher, step=102) == ("vera", "viewer")
        assert value(watcher, "SELECT count(*) FROM app.sessions") == 2

    def test_a_recovery_code_holds_once(self, fresh_urls: Urls, watcher: Connection) -> None:
        add(watcher)
        add(watcher, "bob")
        second_factor(watcher)
        second_factor(watcher, "bob", (b"\2" * 32,))
        assert end(watcher, recovery=b"\2" * 32) == (None, None), "another's"
        use: Work = lambda c: end(c, recovery=DIGEST)  # noqa: E731
        assert in_order(fresh_urls, watcher, use, use) == (("vera", "viewer"), (None, None))

    def test_one_turned_on_meanwhile_is_asked_for(self, owner: Connection) -> None:
        add(owner)
        assert begin(owner)[1] is None
        second_factor(owner)
        assert end(owner) == (None, None)

    def test_a_secret_begun_anew_is_the_one_to_confirm(self, owner: Connection) -> None:
        add(owner)
        run(owner, "SELECT service.begin_second_factor('vera', 'first', '')")
        run(owner, "SELECT service.begin_second_factor('vera', 'second', '')")
        confirm = "SELECT service.confirm_second_factor('vera', %s, 1, '{}', NULL)"
        assert refused(owner, lambda: run(owner, confirm, b"first")) == ("LD409", "second_factor_not_begun", None)
        run(owner, confirm, b"second")
        for again in (confirm, "SELECT service.begin_second_factor('vera', %s, '')"):
            assert refused(owner, lambda again=again: run(owner, again, b"second"))[0] == "LD409"  # type: ignore[misc]
        assert begin(owner)[1] == b"second"


class TestOwnPassword:
    CHANGE = "SELECT service.change_own_password('vera', %s, %s, %s, now() + interval '1 hour', '', '', NULL)"

    def test_only_while_it_is_the_one_that_was_shown(self, fresh_urls: Urls, watcher: Connection) -> None:
        add(watcher)
        third = hash_password("a third horse", cost=4)
        mine: Work = lambda c: value(c, self.CHANGE, HASH, third, uuid.uuid4())  # noqa: E731
        _, found = in_order(fresh_urls, watcher, CHANGES["another password"], mine)
        assert found is None
        assert value(watcher, "SELECT password_hash FROM app.users") == OTHER_HASH
        assert value(watcher, "SELECT count(*) FROM app.sessions") == 0

    def test_the_new_token_alone_is_left(self, owner: Connection) -> None:
        add(owner)
        old, new = uuid.uuid4(), uuid.uuid4()
        end(owner, jti=old)
        assert value(owner, self.CHANGE, HASH, OTHER_HASH, new) == "viewer"
        assert run(owner, "SELECT jti FROM app.sessions") == [(new,)]
        assert revoked(owner) == {old}


class TestKeys:
    def test_two_of_one_name_at_once(self, fresh_urls: Urls, watcher: Connection) -> None:
        first: Work = lambda c: key(c)["name"]  # noqa: E731
        second: Work = lambda c: key(c, "A PROGRAM", b"\1" * 32)  # noqa: E731
        assert in_order(fresh_urls, watcher, first, second) == ("a program", "LD409")

    def test_when_and_by_whom_it_was_revoked_first_stays(self, owner: Connection) -> None:
        made = key(owner)
        revoke = "SELECT service.revoke_key(%s, %s, 'admin', NULL)"
        run(owner, revoke, made["id"], "ann")
        before = run(owner, "SELECT revoked_at, revoked_by FROM app.api_keys")
        assert before[0][1] == "ann"
        set_clock(owner, "2030-01-01T00:00:00Z")
        run(owner, revoke, made["id"], "bob")
        assert run(owner, "SELECT revoked_at, revoked_by FROM app.api_keys") == before

    @pytest.mark.parametrize("name", ["", " x", "x" * 101, "x\n", "key:x", "\N{CYRILLIC SMALL LETTER A}", None])
    def test_what_is_no_name(self, owner: Connection, name: str | None) -> None:
        assert refused(owner, lambda: key(owner, name)) == ("LD422", "api_keys_name_valid", "name")  # type: ignore[arg-type]

    def test_nobody_is_called_as_a_key_is(self, owner: Connection) -> None:
        """The audit and the limits know a key's holder as key:NAME."""
        for name in ("key:x", "", "a b", "x\n", "-x", "x" * 101):
            assert refused(owner, lambda name=name: add(owner, name))[1] == "users_username_valid"  # type: ignore[misc]


class TestWhatTheServiceIsTold:
    def known(self, connection: Connection, state: str | None = None) -> tuple[str, Any]:
        ((name, _, told),) = run(connection, "SELECT * FROM service.credentials(%s)", state)
        return name, told

    def test_only_what_holds(self, owner: Connection) -> None:
        for name, change in (("held", "name"), ("over", "expires_at = now()"), ("ended", "revoked_at = now()")):
            made = key(owner, name, hashlib.sha256(name.encode()).digest())
            if change != "name":
                run(owner, f"UPDATE app.api_keys SET {change} WHERE id = %s", made["id"])
        add(owner)
        for token, expires in ((b"opaque", "1 hour"), (b"too old", "0")):
            run(
                owner, "SELECT * FROM service.end_login('vera', '', %s, gen_random_uuid(), now() + %s::interval, %s, '', NULL, NULL, NULL)",
                HASH, expires, hashlib.sha256(token).digest(),
            )  # fmt: skip
        end(owner)
        state, told = self.known(owner)
        assert [one[2] for one in told["keys"]] == ["held"]
        assert [(one[0], one[2]) for one in told["opaque"]] == [(hashlib.sha256(b"opaque").hexdigest(), "vera")]
        assert told["revoked"] == []
        assert self.known(owner, state) == (state, None)
        run(owner, "SELECT service.revoke_token(%s, now() + interval '1 hour')", jti := uuid.uuid4())
        other, told = self.known(owner, state)
        assert (other != state, told["revoked"]) == (True, [str(jti)])

    def test_a_token_ended_twice_is_ended(self, owner: Connection) -> None:
        jti = uuid.uuid4()
        for _ in range(2):
            run(owner, "SELECT service.revoke_token(%s, now() + interval '1 hour')", jti)
        assert revoked(owner) == {jti}


def test_no_list_and_no_entry_shows_a_secret(owner: Connection) -> None:
    add(owner, "ann", "admin")
    add(owner)
    second_factor(owner)
    end(owner, step=101)
    key(owner)
    changed(owner, "vera", actor="ann", password_hash=OTHER_HASH)
    run(owner, "SELECT service.drop_second_factor('vera', 'ann', 'admin', NULL)")
    run(owner, "DELETE FROM app.users WHERE username = 'vera'")
    shown = json.dumps(
        [
            value(owner, f"SELECT {call}")
            for call in ("service.list_users()", "service.list_keys()", "service.list_sessions(NULL)")
        ]
    ) + str(run(owner, "SELECT a::text FROM app.audit_log AS a"))
    assert "vera" in shown
    for secret in ("$2b$", DIGEST.hex(), b"sealed".hex(), "sealed", "hash"):
        assert secret not in shown


def test_what_the_list_of_users_says(owner: Connection) -> None:
    set_clock(owner, "2026-11-23T10:00:00Z")
    add(owner, "boss", "admin")
    add(owner)
    second_factor(owner)
    end(owner, step=101)
    key(owner)
    boss, vera = value(owner, "SELECT service.list_users()")
    assert set(boss) == {"username", "role", "disabled", "disabled_at", "second_factor", "last_login_at", "sessions", "api_keys",
                         "created_at", "updated_at"}  # fmt: skip
    assert (boss["username"], boss["second_factor"], boss["last_login_at"], boss["sessions"], boss["api_keys"]) == (
        ("boss", False, None, 0, 1)
    )
    assert (vera["username"], vera["second_factor"], vera["last_login_at"], vera["sessions"], vera["api_keys"]) == (
        ("vera", True, "2026-11-23T10:00:00+00:00", 1, 0)
    )
