"""SMTP: one connection, kept for as long as there is mail.

A server that takes a mail and is cut off before it can say so gets it again: at least once, with one Message-ID.
"""

import asyncio
import ssl

import aiosmtplib

from service.mail.message import Mail, one_line
from service.mail.transport import Down, Later, Refused
from service.settings import Smtp

CONNECT_SECONDS = 10.0
SEND_SECONDS = 30.0


class SmtpTransport:
    """A mail server, over one connection: one mail at a time."""

    name = "smtp"
    at_once = 1
    per_second = 10

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, mail: Mail) -> str | None:
        """Nothing: a server's own name for a mail is in no standard."""
        try:
            message = await asyncio.to_thread(mail.as_message)
        except (OSError, ValueError) as error:
            raise Refused(f"CV_FILE can't be read: {error}") from None
        client = await self._connected()
        try:
            await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusal = error.recipients[0]
            raise _refusal(refusal.code, refusal.message) from None
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code < 500 or error.code == 552:  # busy; or this mail is too large
                raise _refusal(error.code, error.message) from None
            # It is MAIL_FROM, which all mails share.
            raise Down(f"The mail server refuses the sender: {error.code} {one_line(error.message)}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from None
        except aiosmtplib.SMTPNotSupported as error:
            raise Refused(f"The mail server can't: {error}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._drop()
            raise Later(f"The connection to the mail server failed: {one_line(str(error) or type(error).__name__)}") from None
        except BaseException:
            await self._drop()  # cancelled in the middle of a mail: what the server would take for its rest is not
            raise
        return None

    async def close(self) -> None:
        """Says goodbye."""
        client, self._client = self._client, None
        if client is not None:
            try:
                async with asyncio.timeout(2):
                    await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        """The connection. Raises Down."""
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=settings.password,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=ssl.create_default_context(),
            timeout=SEND_SECONDS,
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            client.close()
            raise Down(f"The mail server refuses the login: {error.code} {one_line(error.message)}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            # An SMTPConnectError's own words are only that it failed.
            cause = error.__cause__ if isinstance(error, aiosmtplib.SMTPConnectError) and error.__cause__ else error
            reason = one_line(str(cause) or type(cause).__name__)
            raise Down(f"The mail server {settings.host}:{settings.port} can't be reached: {reason}") from None
        self._client = client
        return client

    async def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _refusal(code: int, message: str) -> Refused | Later | Down:
    said = f"The mail server says: {code} {one_line(message)}"
    if code in (421, 454):  # it closes, or can't check who we are just now
        return Down(said)
    return Later(said) if 400 <= code < 500 else Refused(said)
