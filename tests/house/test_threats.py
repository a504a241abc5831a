"""docs/threats.md says where each attack and fault is tried: a test of that row is there, or the row says what it waits for."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = range(1, 61)


def rows() -> dict[int, str]:
    """The table's last column by number: the files, or what the row waits for."""
    text = (ROOT / "docs" / "threats.md").read_text()
    found = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", text, flags=re.MULTILINE)
    assert len(found) == len(dict(found)), "a row twice"
    return {int(number): tried for number, tried in found}


def marked(source: str) -> set[int]:
    """The numbers N of every `pytest.mark.threat(N)` in a test file: on tests, on classes, or for all of it."""
    return {
        argument.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.threat"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    }


MARKED = {str(path.relative_to(ROOT)): marked(path.read_text()) for path in sorted((ROOT / "tests").rglob("test_*.py"))}


def files(tried: str) -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py)`", tried)


def test_every_row_is_there() -> None:
    assert list(rows()) == list(ROWS)


def test_no_mark_is_of_another_row() -> None:
    assert {file: numbers - set(ROWS) for file, numbers in MARKED.items() if numbers - set(ROWS)} == {}


@pytest.mark.parametrize("number", ROWS)
def test_a_row_is_tried_where_it_says_or_waits(number: int) -> None:
    tried = rows()[number]
    named = files(tried)
    if named:
        assert {file: "no test with this mark" for file in named if number not in MARKED.get(file, set())} == {}
    else:
        assert tried.startswith("waits for "), "it names no test, and says not what it waits for"
        assert [file for file, numbers in MARKED.items() if number in numbers] == [], "it is tried, and said to wait"


def test_marks_are_found_wherever_they_stand() -> None:
    source = """
pytestmark = [pytest.mark.asyncio, pytest.mark.threat(1)]

@pytest.mark.threat(2)
@pytest.mark.threat(3)
class TestIt:
    @pytest.mark.threat(4)
    async def test_it(self):
        "pytest.mark.threat(5)"
        # pytest.mark.threat(6)

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.threat(7))])
def test_other(x): ...
"""
    assert marked(source) == {1, 2, 3, 4, 7}
