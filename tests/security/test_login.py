"""What a login and one's own account promise beside rows 9 to 12 (test_people.py): what counts as failed, and what the audit says."""

import asyncio
import uuid

import httpx
import pyotp
from security.people_support import PASSWORD, Owner, add_user, login, token_of

from conftest import Site
from service.auth.second_factor import STEP_SECONDS
from tests_support import problem

NEW_PASSWORD = "another horse"


def failures(owner: Owner, account: str) -> int:
    """Those of one client; all together have a row of their own."""
    row = owner.execute("SELECT sum(failures) FROM app.login_tries WHERE account = %s AND client <> ''", (account,)).fetchone()
    assert row is not None
    return int(row[0] or 0)


async def code_for(site: Site, secret: str) -> tuple[str, str]:
    """The code of a step and of the one after it, both of which hold for a while yet, by the database's clock."""
    now = site.app.ctx.credentials.now()
    left = STEP_SECONDS - now % STEP_SECONDS
    if left < 5:
        await asyncio.sleep(left + 0.1)
        now = site.app.ctx.credentials.now()
    totp = pyotp.TOTP(secret)
    return totp.at(now), totp.at(now + STEP_SECONDS)


class TestOwnPassword:
    async def test_a_new_one_that_can_not_be_is_no_failed_try(
        self, client: httpx.AsyncClient, site: Site, owner: Owner
    ) -> None:
        """Who knows the password and is choosing another is not locked out by it."""
        name = add_user(owner)
        headers = await token_of(client, name)
        for password in ["short"] * 6 + ["x" * 73]:
            body = {"current_password": PASSWORD, "new_password": password}
            refusal = problem(await client.put("/admin/me/password", headers=headers, json=body), 422)
            assert [error["field"] for error in refusal["errors"]] == ["new_password"]
        assert failures(owner, name) == 0
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert (await client.put("/admin/me/password", headers=headers, json=body)).status_code == 200
        assert (await login(client, name, NEW_PASSWORD)).status_code == 200

    async def test_a_thief_of_the_token_does_not_guess_it(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        """All that asks for one's own password counts as one, and delays the login too."""
        name = add_user(owner)
        headers = await token_of(client, name)
        asked = [
            ("PUT", "/admin/me/password", {"current_password": "a guess", "new_password": NEW_PASSWORD}),
            ("POST", "/admin/me/second-factor", {"password": "a guess"}),
            ("DELETE", "/admin/me/second-factor", {"password": "a guess"}),
        ]
        statuses = [
            (await client.request(method, path, headers=headers, json=body)).status_code for method, path, body in asked * 2
        ]
        assert statuses == [422] * 5 + [429]
        problem(await login(client, name), 429)
        assert (await client.get("/admin/me", headers=headers)).status_code == 200

    async def test_an_admin_helps_whoever_forgot_it(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        for _ in range(5):
            problem(await login(client, name, "forgotten"), 401)
        problem(await login(client, name), 429)
        admin = site.bearer(add_user(owner, "admin"))
        answer = await client.patch(f"/admin/users/{name}", headers=admin, json={"password": NEW_PASSWORD})
        assert answer.status_code == 200
        assert (await login(client, name, NEW_PASSWORD)).status_code == 200


class TestSecondFactor:
    async def test_of_four_at_once_with_one_code_one_gets_in(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        headers = await token_of(client, name)
        secret = (await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD})).json()["secret"]
        first, second = await code_for(site, secret)
        confirmed = await client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": first})
        assert confirmed.status_code == 200, confirmed.text
        answers = await asyncio.gather(*(login(client, name, code=second) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
        (last,) = (answer for answer in answers if answer.status_code == 200)
        # The password is changed as before: who has the token has shown the second factor.
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        new = {"Authorization": f"Bearer {last.json()['access_token']}"}
        assert (await client.put("/admin/me/password", headers=new, json=body)).status_code == 200
        assert problem(await login(client, name, NEW_PASSWORD), 401)["code"] == "code_missing"
        recovery = confirmed.json()["recovery_codes"][0]
        assert (await login(client, name, NEW_PASSWORD, code=recovery)).status_code == 200

    async def test_a_password_without_its_code_is_a_failed_try(
        self, client: httpx.AsyncClient, site: Site, owner: Owner
    ) -> None:
        name = add_user(owner)
        headers = await token_of(client, name)
        secret = (await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD})).json()["secret"]
        first, second = await code_for(site, secret)
        await client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": first})
        shown = [None, "", "000000", "not a code", first]
        statuses = [(await login(client, name, **({} if code is None else {"code": code}))).status_code for code in shown]
        assert statuses == [401] * 5
        problem(await login(client, name, code=second), 429)

    async def test_what_the_audit_says(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name, boss = add_user(owner), add_user(owner, "admin", f"boss{uuid.uuid4().hex[:8]}")
        admin = site.bearer(boss)
        for turn_off in ("self", "boss"):
            headers = await token_of(client, name)
            begun = await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD})
            code, _ = await code_for(site, begun.json()["secret"])
            await client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": code})
            if turn_off == "self":
                await client.request("DELETE", "/admin/me/second-factor", headers=headers, json={"password": PASSWORD})
            else:
                await client.delete(f"/admin/users/{name}/second-factor", headers=admin)
        entries = (await client.get("/admin/audit?limit=200", headers=admin)).json()["data"]
        assert [entry["summary"] for entry in entries[::-1] if f"the second factor of the user {name}" in entry["summary"]] == [
            f"{name} turned on the second factor of the user {name}.",
            f"{name} turned off the second factor of the user {name}.",
            f"{name} turned on the second factor of the user {name}.",
            f"{boss} turned off the second factor of the user {name}.",
        ]


class TestSessions:
    async def test_one_sees_and_ends_ones_own_and_an_admin_all(
        self, client: httpx.AsyncClient, site: Site, owner: Owner
    ) -> None:
        name, other, boss = add_user(owner), add_user(owner), add_user(owner, "admin")
        mine, others, admin = [await token_of(client, one) for one in (name, other, boss)]
        (session,) = (await client.get("/admin/sessions", headers=mine)).json()["data"]
        assert (session["username"], session["kind"], session["address"]) == (name, "token", "127.0.0.1")
        assert session["agent"].startswith("python-httpx")
        assert (await client.get(f"/admin/sessions?user={name}", headers=mine)).json()["data"] == [session]
        for user in (other, "*", ""):
            problem(await client.get(f"/admin/sessions?user={user}", headers=mine), 403)
        listed = (await client.get("/admin/sessions?user=*", headers=admin)).json()["data"]
        assert {name, other, boss} <= {one["username"] for one in listed}
        problem(await client.delete(f"/admin/sessions/{session['id']}", headers=others), 404)
        assert (await client.get("/admin/me", headers=mine)).status_code == 200
        assert (await client.delete(f"/admin/sessions/{session['id']}", headers=admin)).status_code == 204
        problem(await client.get("/admin/me", headers=mine), 401)
        problem(await client.delete(f"/admin/sessions/{session['id']}", headers=admin), 404)
