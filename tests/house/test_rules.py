"""docs/rules.md is what the migrated database says of itself."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import psycopg
import pytest

from conftest import Urls

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def document() -> ModuleType:
    """What scripts/rules prints with."""
    spec = importlib.util.spec_from_file_location("rulebook", ROOT / "scripts" / "rulebook" / "document.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rules_are_what_the_database_says(document: ModuleType, urls: Urls) -> None:
    """To write docs/rules.md anew: UPDATE_SNAPSHOT=1 scripts/test tests/house, or scripts/rules > docs/rules.md"""
    path = ROOT / "docs" / "rules.md"
    with psycopg.connect(urls.owner) as connection:
        made = document.rules(connection)
    if os.environ.get("UPDATE_SNAPSHOT"):
        path.write_text(made)
    assert path.read_text() == made


def test_every_comment_is_in_it(document: ModuleType, urls: Urls) -> None:
    """Whatever kind of object comes next: a rule that was written down is shown."""
    statement = """
        SELECT d.description FROM pg_description AS d LEFT JOIN pg_class AS c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        LEFT JOIN pg_proc AS p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
        LEFT JOIN pg_type AS t ON d.classoid = 'pg_type'::regclass AND t.oid = d.objoid
        LEFT JOIN pg_trigger AS g ON d.classoid = 'pg_trigger'::regclass AND g.oid = d.objoid AND NOT g.tgisinternal
        LEFT JOIN pg_class AS r ON r.oid = g.tgrelid
        WHERE coalesce(c.relnamespace, p.pronamespace, t.typnamespace, r.relnamespace)::regnamespace::text IN ('public', 'app', 'service', 'api', 'stats')
            AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')
            AND coalesce(c.relname, '') NOT LIKE '%yoyo%' AND coalesce(c.relkind, 'r') <> 'i'
    """
    with psycopg.connect(urls.owner) as connection:
        made = document.rules(connection)
        comments = [row[0] for row in connection.execute(statement)]
    assert len(comments) > 100
    assert [comment for comment in comments if document.escaped(comment) not in made] == []


def test_a_changed_rule_changes_it(document: ModuleType, urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        before = document.rules(connection)
        connection.execute("DELETE FROM app.status_moves WHERE from_status = 'unread' AND to_status = 'archived'")
        connection.execute("COMMENT ON COLUMN public.contact_leads.company IS 'Up | down, <b>, *a*, _b_, [c](d)\nand `e`.'")
        connection.execute("GRANT SELECT ON app.users TO leads_viewer")
        after = document.rules(connection)
        connection.rollback()
    changed = set(after.splitlines()) - set(before.splitlines())
    assert changed == {
        "| `unread` | same | yes | yes | no |",
        r"| `company` | text | Up \| down, \<b>, \*a\*, \_b\_, \[c\](d) and \`e\`. |",
        "| `app.users` | - | select | - | - | - | - |",
    }
