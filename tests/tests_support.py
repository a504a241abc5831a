"""What several test files assert."""

import uuid
from typing import Any

import httpx


def problem(answer: httpx.Response, status: int, *extensions: str) -> dict[str, Any]:
    """The body of a refusal, after a look at its shape: the same everywhere, but for the extensions named."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors", "request_id", *extensions}
    assert body["status"] == status
    assert body["code"]
    assert body["detail"]
    assert all(set(error) == {"field", "code", "message"} for error in body["errors"])
    assert uuid.UUID(body["request_id"]) == uuid.UUID(answer.headers["x-request-id"])
    return body
