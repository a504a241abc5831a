"""What is public is documented, or a test fails."""

import inspect
import re
from pathlib import Path

import pytest

from service import settings
from service.app import create_app
from service.cli import app as command
from service.errors import SQLSTATES
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SQL_README = (ROOT / "sql" / "README.md").read_text()


def test_every_setting_is_documented_and_no_other() -> None:
    known = set(re.findall(r'"([A-Z][A-Z_]+[A-Z])"', inspect.getsource(settings.Settings.from_environ)))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, flags=re.MULTILINE))
    assert documented == known


def test_every_sqlstate_is_documented() -> None:
    rows = dict(re.findall(r"^\| `([0-9A-Z]+)` \| (\d+)", SQL_README, flags=re.MULTILINE))
    assert rows == {state: str(rule.status) for state, rule in SQLSTATES.items()}


def test_every_raised_error_is_documented() -> None:
    raised = set()
    for path in (ROOT / "sql" / "functions").glob("*.sql"):
        text = path.read_text()
        raised |= {
            (state, slug, path.stem)
            for state, slug in re.findall(r"ERRCODE = '(LD\d{3})'.*?CONSTRAINT = '(\w+)'", text, flags=re.DOTALL)
        }
    documented = set(re.findall(r"^\| `(LD\d{3})` \| `(\w+)` \| `([\w.]+)` \|", SQL_README, flags=re.MULTILINE))
    assert raised == documented


def test_every_endpoint_is_in_the_readme() -> None:
    app = create_app(Settings(database_url="x", public_database_url="x", jwt_secret_key="x" * 32), name="documented")
    paths = {"/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path) for route in app.router.routes}
    public = {path.replace("{lead_id}", "{id}") for path in paths if not path.startswith(("/static", "/assets", "/docs/"))}
    missing = {path for path in public if f"`{path}`" not in README and not path.startswith("/forms")}
    assert missing == set()


def test_every_command_is_in_operations() -> None:
    names = [f"leads {info.name or info.callback.__name__}" for info in command.registered_commands if info.callback]
    names += [
        f"leads {group.name} {info.name or info.callback.__name__}"
        for group in command.registered_groups
        for info in (group.typer_instance.registered_commands if group.typer_instance else ())
        if info.callback
    ]
    assert [name for name in names if not re.search(rf"`{name}[` ]", OPERATIONS)] == []


@pytest.mark.parametrize(
    "path", ["README.md", "sql/README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(path: str) -> None:
    file = ROOT / path
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text())
    assert [target for target in targets if not (file.parent / target).exists()] == []


def test_no_lock_file_names_a_registry() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links|file://", path.read_text()), path.name


def test_the_changelog_has_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert version is not None
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text()
