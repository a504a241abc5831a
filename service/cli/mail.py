"""`leads mail`: what waits, what failed and why, and a mail to try it with."""

import time
from typing import Annotated, Any

import typer

from service.cli.finding import CommandError, call, owner_url
from service.cli.tables import show
from service.mail.composing import deliverable
from service.settings import Settings

app = typer.Typer(help="The outbox: what waits, what failed, and a mail to try it with.", no_args_is_help=True)

SHOWN = 20
PATIENCE_SECONDS = 15.0

Address = Annotated[str, typer.Argument(help="An e-mail address.")]


@app.command()
def status() -> None:
    """Show how many mails wait, and the last ones that failed or were held up."""
    with owner_url(Settings.from_environ()) as url:
        found = call(url, "mail_status")
        failed = call(url, "list_mails", ["failed"], None, None, SHOWN, None)["data"]
    typer.echo(
        f"Waiting: {found['queued'] + found['sending']}   Sent in 24 hours: {found['sent_24h']}   Failed: {found['failed']}"
    )
    if found["late_seconds"] > 60:
        reason = f" {_printable(found['waits_for'])}" if found["waits_for"] else ""
        typer.echo(f"The first has been due for {found['late_seconds']} seconds.{reason}")
    if failed:
        rows = [(str(one["id"]), one["kind"], _to(one), str(one["ended_at"])[:16], _printable(one["error"])) for one in failed]
        show(("mail", "kind", "to", "at", "why"), rows)


@app.command()
def retry(
    mails: Annotated[list[int] | None, typer.Argument(help="Their numbers; without any, all that failed.")] = None,
) -> None:
    """Try mails again: those that failed, or some."""
    with owner_url(Settings.from_environ()) as url:
        changed = call(url, "retry_mails", mails or None)["changed"]
    typer.echo(f"Mails that are tried again: {changed}.")


@app.command("test")
def send_test(to: Address, kind: Annotated[str, typer.Option(help="Which mail.")] = "acknowledgement") -> None:
    """Send a mail with made-up values, and tell how it fared."""
    try:
        recipient = deliverable(to)
    except ValueError as error:
        raise CommandError(str(error)) from None
    with owner_url(Settings.from_environ()) as url:
        mail = call(url, "test_mail", kind, recipient)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while mail["state"] in ("queued", "sending") and not mail["error"] and time.monotonic() < deadline:
            time.sleep(0.2)
            mail = call(url, "mail", mail["id"])
    if mail["state"] == "sent":
        where = f" as {mail['provider_id']}" if mail["provider_id"] else ""
        typer.echo(f"Handed over by {mail['transport']}{where}: mail {mail['id']} to {recipient}.")
    elif mail["error"]:
        again = " It is tried again by itself." if mail["state"] == "queued" else ""
        raise CommandError(f"Mail {mail['id']} was not sent. {_printable(mail['error'])}{again}")
    else:
        raise CommandError(f"Mail {mail['id']} waits: is the service running, and MAIL_URL set there?")


@app.command()
def allow(address: Address) -> None:
    """Let an address have automatic answers again, after a bounce or complaint."""
    with owner_url(Settings.from_environ()) as url:
        if not call(url, "allow_mail", address):
            raise CommandError(f"{address} may have automatic answers anyway.")
    typer.echo(f"{address} may have automatic answers again.")


def _to(mail: dict[str, Any]) -> str:
    return _printable(mail["recipient"] or "the team")


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
