"""What Resend reports of mails: signed as Svix does it (https://docs.svix.com/receiving/verifying-payloads/how-manual)."""

import base64
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from service.mail.message import one_line

TOLERANCE_SECONDS = 300

#: What becomes of a mail (app.outbox.delivery), by the type of the report.
DELIVERIES = {
    "email.delivered": "delivered",
    "email.delivery_delayed": "delayed",
    "email.bounced": "bounced",
    "email.complained": "complained",
    "email.failed": "failed",
    "email.suppressed": "bounced",
}


class NotSigned(ValueError):
    """The report isn't Resend's, or isn't new."""


@dataclass(frozen=True)
class Report:
    """One report, about the mail of this key, or which Resend calls `provider_id`."""

    provider_id: str
    key: uuid.UUID | None
    delivery: str
    at: datetime
    detail: str | None


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Raises NotSigned unless `secret` (whsec_...) signed this body within the last five minutes."""
    name, sent_at = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    signatures = headers.get("svix-signature", "").split()[:10]
    if not re.fullmatch(r"[0-9]{1,12}", sent_at) or abs(now - int(sent_at)) > TOLERANCE_SECONDS:
        raise NotSigned("svix-timestamp is missing, or too long ago.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{name}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    if not any(hmac.compare_digest(expected, signature.encode()) for signature in signatures):
        raise NotSigned("svix-signature does not fit the body.")


def read(body: bytes) -> Report | None:
    """The report; None of what tells nothing of a delivery. Raises ValueError for what can't be read."""
    event = orjson.loads(body)
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise ValueError("A report has a type and data.")
    delivery, data = DELIVERIES.get(str(event.get("type"))), event["data"]
    if delivery is None:
        return None
    provider_id = data.get("email_id")
    if not isinstance(provider_id, str) or not 1 <= len(provider_id) <= 200:
        raise ValueError("data.email_id is missing.")
    return Report(provider_id, _key(data.get("tags")), delivery, _instant(event.get("created_at")), _detail(data))


def _key(tags: Any) -> uuid.UUID | None:
    """The mail's key, by which we tagged it: an object, or a list of names and values."""
    if isinstance(tags, list):
        tags = {tag.get("name"): tag.get("value") for tag in tags if isinstance(tag, dict)}
    try:
        return uuid.UUID(tags["mail"]) if isinstance(tags, dict) and isinstance(tags.get("mail"), str) else None
    except ValueError:
        return None


def _instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise ValueError("created_at is no time.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _detail(data: dict[str, Any]) -> str | None:
    """Why, in the provider's words."""
    for name in ("bounce", "failed", "suppressed"):
        about = data.get(name)
        if isinstance(about, dict):
            words = [str(about[part]) for part in ("type", "subType", "reason", "message") if about.get(part)]
            return one_line(": ".join(dict.fromkeys(words))) or None
    return None
