"""A mail's headers and parts: whatever a visitor typed, there is no header that we did not write."""

import email
import email.policy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import MAX_ATTACHMENT_BYTES, Mail, greeting_name, one_line

SENT_AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}


def mail(**changes: Any) -> Mail:
    values: dict[str, Any] = {
        "id": 1, "key": "0c9f4b6e-5a38-4f0c-9d2b-0f5d6b9f0f10", "sender": "Leads <leads@example.com>", "to": ("ann@example.com",),
        "subject": "Hello", "text": "text\n", "html": "<p>html</p>\n", "date": SENT_AT,
    }  # fmt: skip
    return Mail(**{**values, **changes})


def read(made: Mail) -> Any:
    return email.message_from_bytes(made.as_message().as_bytes(), policy=email.policy.default)


@pytest.mark.threat(25)
@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0ABcc:x?=", "=?utf-8?b?YQpCY2M6IHhAeS56?=", "a\r\nBcc: x@y.z", "a\nBcc: x@y.z", "a\rBcc: x", "a\x00Bcc: x",
        "a\u2028Bcc: x", "a\u0085Bcc: x", "a\x0bBcc: x", "=?=?utf-8?q?a=0ABcc:x?=?=", "==??utf-8?q?a=0ABcc:x?=", "=\r?utf-8?q?a=0ABcc:x?=",
        "=?utf-8?q?" + "=0A" * 60 + "?=", "x" * 5000, "ü=?utf-8?q?a=0ABcc:x?=", "🎉" * 300, "\t=?\tutf-8?q?a=0ABcc:x?=",
    ],
)  # fmt: skip
def test_no_header_comes_of_a_subject(subject: str) -> None:
    data = mail(subject=subject).as_message().as_bytes()
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert set(found.keys()) == HEADERS
    assert b"\nBcc" not in data.replace(b"\r\n ", b" ")
    assert found["Subject"] == one_line(subject)
    assert max(len(line) for line in data.split(b"\r\n")) <= 998


@given(st.text(max_size=400))
def test_whatever_a_subject_holds(subject: str) -> None:
    line = one_line(subject)
    assert line.isprintable() or not any(character in line for character in "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    assert "=?" not in line
    assert len(line) <= 200
    assert set(read(mail(subject=subject)).keys()) == HEADERS


def test_the_parts_and_headers_of_a_mail() -> None:
    found = read(mail(reply_to="visitor@example.com", headers={"Auto-Submitted": "auto-replied"}, text="Grüße 🎉\n.\nFrom x\n"))
    assert set(found.keys()) == HEADERS | {"Reply-To", "Auto-Submitted"}
    assert found["Message-ID"] == "<0c9f4b6e-5a38-4f0c-9d2b-0f5d6b9f0f10@example.com>"
    assert found["Date"].datetime == SENT_AT
    assert found.get_body(("plain",)).get_content() == "Grüße 🎉\r\n.\r\nFrom x\r\n"
    assert found.get_body(("html",)).get_content() == "<p>html</p>\r\n"
    assert found.get_content_type() == "multipart/alternative"


def test_a_long_link_in_a_header_stays_a_link() -> None:
    link = f"<https://leads.example.com/mail/stop/{'x' * 90}>"
    data = mail(headers={"List-Unsubscribe": f"{link}, <mailto:leads@example.com>"}).as_message().as_bytes()
    assert f"List-Unsubscribe: {link},\r\n <mailto:leads@example.com>\r\n".encode() in data


def test_an_attached_file(tmp_path: Path) -> None:
    file = tmp_path / "C V\n=?x.pdf"
    file.write_bytes(b"%PDF-1.7\n\x00\xff")
    found = read(mail(attachment=file))
    (attached,) = found.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "C V = ?x.pdf"
    assert attached.get_content() == b"%PDF-1.7\n\x00\xff"
    with file.open("wb") as stream:
        stream.truncate(MAX_ATTACHMENT_BYTES + 1)
    with pytest.raises(ValueError, match="20 MiB"):
        mail(attachment=file).as_message()


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "O'Neil", "Jean-Luc Picard", "José Ñandú", "J. R. Tolkien", "अनिता", "李小龍", "Ana María de Soto"]
)
def test_a_name_is_greeted(name: str) -> None:
    assert greeting_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "buy at evil.example",
        "www.evil.example",
        "https://evil.example",
        "Win 1000 $",
        "evil.com",
        "x" * 41,
        "a b c d e",
        "<b>Jane</b>",
        "a@b.c",
        "",
        "a\nb",
    ],
)
def test_what_is_no_name_is_not_repeated(name: str) -> None:
    assert greeting_name(name) == ""
