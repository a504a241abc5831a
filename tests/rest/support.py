"""A request and what it must get: the rows of this folder's tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import pytest

JSON = "application/json; charset=utf-8"
OBJECT = "application/vnd.pgrst.object+json"
ANY: Any = object()


@dataclass(frozen=True)
class Case:
    """`path` is what comes after /rest/, written as in a browser's address line.

    `body` is the whole answer: text when it is a str, else JSON. `error` is a part of an error's body. `gives` are headers of
    the answer, None for one that must not be there.
    """

    name: str
    path: str
    body: Any = ANY
    status: int = 200
    sends: dict[str, str] | list[tuple[str, str]] = field(default_factory=dict)
    gives: dict[str, str | None] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"


class Ask(Protocol):
    """Sends a request as a viewer."""

    async def __call__(
        self, path: str, sends: dict[str, str] | list[tuple[str, str]] = ..., method: str = ...
    ) -> httpx.Response: ...


def cases(*rows: Case) -> pytest.MarkDecorator:
    """The parameter `case`, named."""
    names = [row.name for row in rows]
    assert len(set(names)) == len(names), "two cases of one name"
    return pytest.mark.parametrize("case", rows, ids=names)


def ids(rows: Iterable[tuple[str, str, list[int]]], relation: str) -> pytest.MarkDecorator:
    """Cases of (name, filters, the ids of the rows that pass them, in order)."""
    return cases(
        *(
            Case(name, f"{relation}?select=id&order=id&{query}", [{"id": number} for number in found])
            for name, query, found in rows
        )
    )


async def check(ask: Ask, case: Case) -> httpx.Response:
    """The answer, once it is as the case says."""
    answer = await ask(case.path, case.sends, case.method)
    assert answer.status_code == case.status, answer.text
    if isinstance(case.body, str):
        assert answer.text == case.body
    elif case.body is not ANY:
        assert answer.json() == case.body
    if case.error:
        problem = answer.json()
        assert set(problem) == {"code", "message", "details", "hint"}
        assert {key: problem[key] for key in case.error} == case.error
        assert answer.headers["content-type"] == JSON
    for header, value in case.gives.items():
        assert answer.headers.get(header) == value, header
    return answer
