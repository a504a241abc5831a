"""From what the outbox gives out to what is sent: the words, whom it is for, and the headers that say what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from email_validator import EmailNotValidError, validate_email

from service.mail import templates
from service.mail.links import CV, STOP, Links

CV_DAYS = 14
# As long as the outbox keeps the mail, by which the address is known.
STOP_DAYS = 90
TEST_PREFIX = "[Test] "


class CannotCompose(ValueError):
    """Why a mail can't be made, for people."""


@dataclass(frozen=True)
class Composer:
    """What all mails share."""

    sender: str
    team: tuple[str, ...]
    links: Links
    public_url: str | None
    cv_file: Path | None
    cv_delivery: str

    @property
    def cv(self) -> str:
        """How a CV goes out: attached, link, or not at all."""
        if self.cv_file is None:
            return ""
        return "link" if self.cv_delivery == "link" else "attached"

    def compose(self, claimed: Mapping[str, Any]) -> dict[str, Any]:
        """The content (app.outbox.content) of a mail that was claimed. Raises CannotCompose."""
        kind, is_test = claimed["kind"], claimed["is_test"]
        to_visitor = kind in ("acknowledgement", "cv")
        to = [_deliverable(claimed["recipient"])] if claimed["recipient"] else list(self.team)
        leads = claimed["leads"] or []
        headers = {"X-Auto-Response-Suppress": "All"}
        stop_url = ""
        if to_visitor:
            headers["Auto-Submitted"] = "auto-replied"
            stop_url = self._link("mail/stop", STOP, claimed, STOP_DAYS)
            by_mail = f"<mailto:{parseaddr(self.sender)[1]}?subject=no%20more%20mail>"
            headers["List-Unsubscribe"] = f"<{stop_url}>, {by_mail}" if stop_url else by_mail
            if stop_url.startswith("https:"):
                headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        else:
            headers["Auto-Submitted"] = "auto-generated"
            headers["List-Id"] = f"Lead inbox <leads.{parseaddr(self.sender)[1].rpartition('@')[2]}>"
        if is_test:
            values = templates.sample(kind, public_url=self.public_url)
        elif to_visitor:
            values = templates.visitor_values(leads[0], stop_url=stop_url)
        elif kind == "digest":
            digest = claimed["digest"]
            values = templates.team_values(
                leads,
                0,
                self.public_url,
                new_by_type=[{"lead_type": name, "count": count} for name, count in sorted(digest["new_by_type"].items())],
                **{name: digest[name] for name in ("date", "new", "answered", "unread")},
            )
        else:
            values = templates.team_values(leads, claimed["more"], self.public_url)
        if kind == "cv" and not is_test:
            url = self._link("cv", CV, claimed, CV_DAYS) if self.cv == "link" else ""
            values |= {"cv": self.cv, "cv_url": url, "cv_days": CV_DAYS}
        try:
            said = templates.render(templates.in_force(kind, claimed["template"]), values)
        except templates.TemplateProblem as problem:
            raise CannotCompose(f"The template can't be used. {problem.error.field}: {problem.error.message}") from None
        return {
            "from": self.sender,
            "to": to,
            # The answer to news of one lead goes to whom it is about.
            "reply_to": _reply_to(leads) if kind == "notification" and len(leads) == 1 and not claimed["more"] else None,
            "subject": f"{TEST_PREFIX if is_test else ''}{said.subject}",
            "text": said.text,
            "html": said.html,
            "headers": headers,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "attach_cv": kind == "cv" and not is_test and self.cv == "attached",
        }

    def _link(self, path: str, purpose: bytes, claimed: Mapping[str, Any], days: int) -> str:
        if not self.public_url:
            return ""
        return f"{self.public_url}/{path}/{self.links.make(purpose, claimed['id'], claimed['key'], days)}"


def deliverable(address: str) -> str:
    """The address as mail servers take it: its domain in ASCII. Raises ValueError, for people.

    What came by a form has been looked at; what was written in SQL has not, and a comma there would be a second recipient.
    """
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        raise ValueError(f"{address[:254]!r} is no address that mail can be sent to: {error}") from None
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def _deliverable(address: str) -> str:
    try:
        return deliverable(address)
    except ValueError as error:
        raise CannotCompose(str(error)) from None


def _reply_to(leads: list[dict[str, Any]]) -> str | None:
    try:
        return deliverable(leads[0]["email"])
    except ValueError:
        return None
