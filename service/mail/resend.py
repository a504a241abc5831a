"""Resend's HTTP API. Its idempotency key, which holds for 24 hours, makes one mail of any number of tries.

https://resend.com/docs/api-reference/emails/send-email and .../dashboard/emails/idempotency-keys. Not by its SDK: that one
blocks, and its errors hide the headers that say how long to wait.
"""

import asyncio
import base64
from contextlib import suppress
from typing import Any

import httpx
import orjson

from service.mail.message import Mail, one_line
from service.mail.transport import Down, Later, Refused
from service.settings import Resend

SEND_SECONDS = 30.0
QUOTA_SECONDS = 600.0

# Answers that are about the account, not about one mail.
_ACCOUNT = {"missing_api_key", "invalid_api_key", "restricted_api_key", "invalid_access", "monitoring_error"}
_QUOTAS = {"daily_quota_exceeded", "monthly_quota_exceeded"}


class ResendTransport:
    """Resend."""

    name = "resend"
    at_once = 5
    per_second = 2  # what an account may do at first

    def __init__(self, settings: Resend) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None

    async def send(self, mail: Mail) -> str | None:
        """What Resend calls it; None for a repeat whose first answer was lost."""
        try:
            body = await asyncio.to_thread(_body, mail)
        except (OSError, ValueError) as error:
            raise Refused(f"CV_FILE can't be read: {error}") from None
        if self._client is None:
            # trust_env: a proxy of the machine's is used, as other programs do.
            self._client = httpx.AsyncClient(timeout=httpx.Timeout(SEND_SECONDS, connect=10.0), follow_redirects=False)
        headers = {
            "Authorization": f"Bearer {self._settings.api_key}",
            "Content-Type": "application/json",
            "Idempotency-Key": mail.key,
            "User-Agent": "lead-intelligence-stack",
        }
        try:
            answer = await self._client.post(f"{self._settings.api}/emails", content=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Down(f"Resend can't be reached: {type(error).__name__}") from None
        except httpx.HTTPError as error:
            raise Later(f"Resend's answer was lost: {type(error).__name__}") from None
        return _outcome(answer)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _body(mail: Mail) -> bytes:
    content: dict[str, Any] = {
        "from": mail.sender,
        "to": list(mail.to),
        "subject": one_line(mail.subject),
        "text": mail.text,
        "html": mail.html,
        "headers": dict(mail.headers),
        # A report may come before, or without, the answer that says what Resend calls the mail.
        "tags": [{"name": "mail", "value": mail.key}],
    }
    if mail.reply_to:
        content["reply_to"] = mail.reply_to
    data = mail.read_attachment()
    if data is not None and mail.attachment is not None:
        content["attachments"] = [{"filename": one_line(mail.attachment.name), "content": base64.b64encode(data).decode()}]
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _outcome(answer: httpx.Response) -> str | None:
    """Resend's name for the mail. Raises Refused, Later or Down."""
    said: Any = {}
    with suppress(orjson.JSONDecodeError):
        said = orjson.loads(answer.content)
    said = said if isinstance(said, dict) else {}
    if answer.is_success:
        name = said.get("id")
        if not isinstance(name, str) or len(name) > 200:
            raise Later("Resend's answer can't be read.")
        return name
    error, status = str(said.get("name", "")), answer.status_code
    reason = one_line(f"Resend says: {status} {error} {said.get('message', '')}")
    if status == 409 and error == "invalid_idempotent_request":
        return None  # another body under this key (the CV was replaced, say): the first one was taken
    if error in _QUOTAS:
        raise Down(reason, QUOTA_SECONDS)
    if status == 429:
        raise Down(reason, _seconds(answer.headers.get("retry-after")))
    if status in (401, 404) or error in _ACCOUNT or (status == 403 and error != "validation_error"):
        raise Down(reason)
    if status in (408, 409) or status >= 500 or status < 400:
        raise Later(reason, _seconds(answer.headers.get("retry-after")))
    raise Refused(reason)


def _seconds(retry_after: str | None) -> float:
    """A Retry-After in seconds, an hour at most; 1 for none that can be read."""
    return min(float(retry_after), 3600.0) if retry_after and retry_after.isdecimal() else 1.0
