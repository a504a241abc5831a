"""Which transport MAIL_URL means."""

from pathlib import Path

from service.mail.mailbox import MailboxTransport
from service.mail.resend import ResendTransport
from service.mail.smtp import SmtpTransport
from service.mail.transport import Transport
from service.settings import Mailbox, Resend, Smtp


def transport_of(mail_url: Mailbox | Smtp | Resend | None, data_dir: Path) -> Transport | None:
    """The transport; None without MAIL_URL."""
    match mail_url:
        case Mailbox(folder):
            return MailboxTransport(folder or data_dir / "mailbox")
        case Smtp():
            return SmtpTransport(mail_url)
        case Resend():
            return ResendTransport(mail_url)
    return None
