"""What one may choose from: users, tags, sources and roles, of the newest leads."""

from typing import Any

import psycopg
from sql_support import Connection, acting, add, run, value

from conftest import Urls
from service.auth.passwords import hash_password

HASH = hash_password("correct horse", cost=4)


def choices(connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = value(connection, "SELECT service.lead_choices()")
    return found


def test_an_empty_inbox(owner: Connection) -> None:
    assert choices(owner) == {"assignees": [], "tags": [], "sources": [], "roles": []}


def test_who_may_change_leads_may_be_given_them(owner: Connection) -> None:
    for name, role, disabled in (
        ("Zoe", "editor", None), ("ann", "editor", None), ("Bob", "admin", None), ("vera", "viewer", None), ("ana", "analyst", None),
        ("gone", "editor", "2026-01-01"),
    ):  # fmt: skip
        run(
            owner,
            "INSERT INTO app.users (username, password_hash, role, disabled_at) VALUES (%s, %s, %s, %s)",
            name,
            HASH,
            role,
            disabled,
        )
    assert choices(owner)["assignees"] == ["ann", "Bob", "Zoe"]


def test_the_most_used_first_and_by_name_among_equals(owner: Connection) -> None:
    add(owner, tags=["b", "vip"], source="web", role="founder")
    add(owner, tags=["vip", "a"], source="ad")
    add(owner, source="web", role="recruiter")
    add(owner, tags=["spam"], source="spam", role="spam", is_spam=True)
    add(owner, tags=["trash"], source="trash", role="trash", deleted_at="2026-01-01")
    assert choices(owner) == {
        "assignees": [],
        "tags": ["vip", "a", "b"],
        "sources": ["web", "ad"],
        "roles": ["founder", "recruiter"],
    }


def test_so_many_and_no_more(owner: Connection) -> None:
    run(
        owner,
        "INSERT INTO contact_leads (name, email, tags, source, role)"
        " SELECT 'x', 'x@y.zz', ARRAY['tag ' || n], 'source ' || n, 'role ' || n FROM generate_series(1, 250) AS n",
    )
    assert {name: len(found) for name, found in choices(owner).items()} == {
        "assignees": 0,
        "tags": 200,
        "sources": 100,
        "roles": 100,
    }


def test_only_the_newest_leads_are_looked_at(owner: Connection) -> None:
    run(owner, "ALTER TABLE contact_leads DISABLE TRIGGER USER")
    add(owner, tags=["old"], source="old", role="old", created_at="2020-01-01")
    oldest = add(owner, tags=["looked at"], created_at="2020-01-02")
    run(owner, "INSERT INTO contact_leads (name, email) SELECT 'x', 'x@y.zz' FROM generate_series(1, 19999)")
    assert choices(owner) == {"assignees": [], "tags": ["looked at"], "sources": [], "roles": []}
    run(owner, "DELETE FROM contact_leads WHERE id = %s", oldest)
    assert choices(owner)["tags"] == ["old"]


def test_staff_knows_names_and_nothing_else_of_users(fresh_urls: Urls) -> None:
    with psycopg.connect(fresh_urls.superuser) as connection:
        run(connection, "INSERT INTO app.users (username, password_hash, role) VALUES ('ann', %s, 'editor')", HASH)
        for role in ("leads_viewer", "leads_editor", "leads_admin"):
            with acting(connection, role):
                assert choices(connection)["assignees"] == ["ann"]
                assert not value(connection, "SELECT has_table_privilege('app.users', 'SELECT')")
