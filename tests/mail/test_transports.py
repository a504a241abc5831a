"""The three ways out, against what really takes mail: what each says of success and of each kind of failure."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mail_support
import pytest
from mail_support import lookalike, post_office

from service.mail import resend, smtp
from service.mail.mailbox import MailboxTransport
from service.mail.message import Mail
from service.mail.resend import ResendTransport
from service.mail.smtp import SmtpTransport
from service.mail.transport import Down, Later, Refused
from service.settings import Resend, Smtp


def mail(number: int = 1, **changes: Any) -> Mail:
    values: dict[str, Any] = {
        "id": number, "key": f"0c9f4b6e-5a38-4f0c-9d2b-{number:012d}", "sender": "Leads <leads@example.com>", "to": ("ann@example.com",),
        "subject": "Grüße", "text": "Text\n", "html": "<p>HTML</p>\n", "headers": {"Auto-Submitted": "auto-replied"},
        "date": datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
    }  # fmt: skip
    return Mail(**{**values, **changes})


class TestResend:
    async def test_what_it_gets(self, tmp_path: Path) -> None:
        file = tmp_path / "cv.pdf"
        file.write_bytes(b"%PDF")
        async with lookalike() as provider:
            transport = ResendTransport(Resend(mail_support.KEY, provider.url))
            name = await transport.send(mail(reply_to="bob@example.com", attachment=file))
            await transport.close()
        (sent,) = provider.accepted
        assert sent == {
            "from": "Leads <leads@example.com>", "to": ["ann@example.com"], "subject": "Grüße", "text": "Text\n", "html": "<p>HTML</p>\n",
            "headers": {"Auto-Submitted": "auto-replied"}, "reply_to": "bob@example.com", "tags": [{"name": "mail", "value": mail().key}],
            "attachments": [{"filename": "cv.pdf", "content": "JVBERg=="}], "id": name, "key": mail().key,
        }  # fmt: skip
        assert provider.wrong == []

    async def test_a_lost_answer_and_a_second_try_are_one_mail(self) -> None:
        async with lookalike() as provider:
            provider.behave = lambda number: "lose" if number == 1 else None
            transport = ResendTransport(Resend(mail_support.KEY, provider.url))
            with pytest.raises(Later, match="lost"):
                await transport.send(mail())
            name = await transport.send(mail())
            assert [sent["id"] for sent in provider.accepted] == [name]
            # The same key with another body, since the file was replaced meanwhile: the first one counts.
            assert await transport.send(mail(text="Other\n")) is None
            assert len(provider.accepted) == 1
            await transport.close()

    async def test_one_that_never_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resend, "SEND_SECONDS", 0.3)
        async with lookalike() as provider:
            provider.behave = lambda number: "stall"
            transport = ResendTransport(Resend(mail_support.KEY, provider.url))
            with pytest.raises(Later, match="ReadTimeout"):
                await transport.send(mail())
            await transport.close()

    @pytest.mark.parametrize(
        ("answer", "kind", "seconds"),
        [
            ((422, "validation_error"), Refused, None), ((400, "invalid_attachment"), Refused, None), ((403, "validation_error"), Refused, None),
            ((451, "security_error"), Refused, None), ((413, "payload_too_large"), Refused, None),
            ((401, "missing_api_key"), Down, 0), ((403, "invalid_api_key"), Down, 0), ((401, "restricted_api_key"), Down, 0),
            ((403, "account_suspended"), Down, 0), ((404, "not_found"), Down, 0),
            ((429, "rate_limit_exceeded", {"retry-after": "7"}), Down, 7), ((429, "rate_limit_exceeded"), Down, 1),
            ((429, "rate_limit_exceeded", {"retry-after": "999999"}), Down, 3600), ((429, "daily_quota_exceeded"), Down, 600),
            ((500, "application_error"), Later, 1), ((503, "application_error", {"retry-after": "30"}), Later, 30),
            ((409, "concurrent_idempotent_requests"), Later, 1), ((302, "moved"), Later, 1),
        ],
    )  # fmt: skip
    async def test_what_its_errors_mean(self, answer: Any, kind: type[Exception], seconds: float | None) -> None:
        async with lookalike() as provider:
            provider.behave = lambda number: answer
            transport = ResendTransport(Resend(mail_support.KEY, provider.url))
            with pytest.raises(kind, match=f"Resend says: {answer[0]} {answer[1]}") as caught:
                await transport.send(mail())
            await transport.close()
        assert getattr(caught.value, "seconds", None) == seconds
        assert provider.accepted == []

    async def test_nobody_there(self) -> None:
        transport = ResendTransport(Resend(mail_support.KEY, "http://127.0.0.1:1"))
        with pytest.raises(Down, match="can't be reached"):
            await transport.send(mail())
        await transport.close()

    async def test_the_key_is_in_no_complaint(self) -> None:
        async with lookalike() as provider:
            transport = ResendTransport(Resend("re_wrong_secret", provider.url))
            with pytest.raises(Down) as caught:
                await transport.send(mail())
            await transport.close()
        assert "wrong_secret" not in str(caught.value)
        assert "wrong_secret" not in repr(Resend("re_wrong_secret"))


class TestSmtp:
    async def test_what_it_gets(self) -> None:
        async with post_office() as office:
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, "off"))
            for number in (1, 2, 3):
                assert await transport.send(mail(number)) is None
            await transport.close()
        assert len(office.sessions) == 1
        letter = office.letters[0]
        assert (letter.sender, letter.recipients) == ("leads@example.com", ["ann@example.com"])
        assert letter.message["Message-ID"] == f"<{mail().key}@example.com>"
        assert letter.message["Subject"] == "Grüße"

    @pytest.mark.parametrize("implicit", [False, True])
    async def test_encrypted_and_with_a_login(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, implicit: bool) -> None:
        tls, authority = mail_support.certificate(tmp_path)
        way = "implicit" if implicit else "starttls"
        async with post_office(tls=tls, implicit=implicit, login=True) as office:
            unknown = SmtpTransport(Smtp("127.0.0.1", office.port, way, "jane", "p:ss word"))
            with pytest.raises(Down, match=r"certificate|CERTIFICATE"):
                await unknown.send(mail())
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            stranger = SmtpTransport(Smtp("127.0.0.1", office.port, way, "jane", "wrong"))
            with pytest.raises(Down, match="refuses the login: 535"):
                await stranger.send(mail())
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, way, "jane", "p:ss word"))
            await transport.send(mail())
            await transport.close()
        assert len(office.letters) == 1
        if implicit is False:
            assert office.encrypted == [True]

    async def test_nothing_goes_out_in_clear_where_tls_is_asked_for(self) -> None:
        async with post_office() as office:
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, "starttls"))
            with pytest.raises(Down, match="STARTTLS"):
                await transport.send(mail())
        assert office.letters == []

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [("451 4.7.1 greylisted", Later), ("421 closing", Down), ("554 5.7.1 spam", Refused), ("552 too large", Refused)],
    )
    async def test_what_its_answers_mean(self, reply: str, kind: type[Exception]) -> None:
        async with post_office() as office:
            office.reply = lambda number: reply
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, "off"))
            with pytest.raises(kind, match=f"says: {reply}"):
                await transport.send(mail())
            office.reply = lambda number: None
            await transport.send(mail(2))
            await transport.close()
        assert len(office.letters) == 1

    async def test_a_recipient_that_is_refused(self) -> None:
        async with post_office() as office:
            office.reply_to_recipient = lambda address: "550 5.1.1 no such mailbox"
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, "off"))
            with pytest.raises(Refused, match=r"550 5\.1\.1 no such mailbox"):
                await transport.send(mail())
            await transport.close()

    async def test_a_connection_that_is_cut_after_the_mail(self) -> None:
        async with post_office() as office:
            office.reply = lambda number: "cut" if number == 1 else None
            transport = SmtpTransport(Smtp("127.0.0.1", office.port, "off"))
            with pytest.raises(Later, match="connection"):
                await transport.send(mail())
            await transport.send(mail())
            await transport.close()
        # At least once; whoever reads both knows them for one by their name.
        assert [letter.message["Message-ID"] for letter in office.letters] == [f"<{mail().key}@example.com>"] * 2

    async def test_a_server_that_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.3)

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        transport = SmtpTransport(Smtp("127.0.0.1", server.sockets[0].getsockname()[1], "off"))
        try:
            with pytest.raises(Down, match="can't be reached: TimeoutError"):
                await transport.send(mail())
        finally:
            server.close()
            await server.wait_closed()

    async def test_a_name_beyond_ascii_needs_a_server_that_can(self) -> None:
        for able in (True, False):
            async with post_office(enable_SMTPUTF8=able) as office:
                transport = SmtpTransport(Smtp("127.0.0.1", office.port, "off"))
                if able:
                    await transport.send(mail(to=("jörg@example.com",)))
                    assert office.letters[0].recipients == ["jörg@example.com"]
                else:
                    with pytest.raises(Refused):
                        await transport.send(mail(to=("jörg@example.com",)))
                await transport.close()


class TestMailbox:
    async def test_a_file_for_each_mail_however_often_it_is_sent(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "mailbox"
        transport = MailboxTransport(folder)
        assert list(transport.batches()) == []
        assert await transport.send(mail()) == f"1-{mail().key}.eml"
        assert await transport.send(mail()) == f"1-{mail().key}.eml"
        await transport.send(mail(2))
        (folder / "notes.txt").write_text("mine")
        assert sorted(number for number, _ in next(transport.batches())) == [1, 2]
        file = folder / f"1-{mail().key}.eml"
        assert file.stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700
        assert b"To: ann@example.com" in file.read_bytes()
        assert not [file for file in folder.iterdir() if file.name.startswith(".")]

    async def test_a_folder_that_can_not_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "mailbox").write_text("a file")
        with pytest.raises(Down, match="can't be written"):
            await MailboxTransport(tmp_path / "mailbox").send(mail())

    async def test_a_cv_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="CV_FILE can't be read"):
            await MailboxTransport(tmp_path).send(mail(attachment=tmp_path / "none.pdf"))
