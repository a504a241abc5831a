"""HTTP on the wire: malformed and ambiguous requests, slow and absent clients, bodies too large or of another kind."""

import asyncio
import contextlib
import gzip
import json
import logging
import re
import resource
import signal
import socket
import struct
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import h11
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leads_up import FORM, Up, wait_until
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.models.server_types import ConnInfo
from sanic.response import text
from security.wire_support import PATIENCE, answers, exchange, refused, resident_megabytes, served, sockets_of, worker_of

from conftest import Site, Urls, running_site
from service import app as application
from service import wire
from service.server import serving
from service.supervisor import listen

CAP = application.MAX_BODY_BYTES
# What a busy machine of tests adds to the time that something may take.
SLACK_SECONDS = 2.0
# Every answer comes within it (docs/operations.md).
ANSWER_SECONDS = 5.0
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
# What an attacker would have another's request begin with. Were it taken for one, there would be a second answer.
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def get(*headers: bytes, target: bytes = b"/healthz") -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", *headers, b"", b""])


def post(*headers: bytes, body: bytes) -> bytes:
    return b"\r\n".join(
        [b"POST /api/submit-contact HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers, b"", body]
    )


FORM_BYTES = json.dumps(FORM).encode()
CHUNKED = b"Transfer-Encoding: chunked"
# A body that is over at once for who reads chunks, and that holds a request for who counts bytes.
CHUNKS_OR_BYTES = b"0\r\n\r\n" + SMUGGLED

HEADS = {
    # the request line
    "no version": b"GET /healthz\r\nHost: x\r\n\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the target": b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab for a space": b"GET\t/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space behind": b"GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n",
    "a space before": b" GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "an empty line before": b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method that is no token": b"G(T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long method": b"G" * 33 + b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "no slash": get(b"Host: x", target=b"healthz"),
    "a fragment": get(b"Host: x", target=b"/healthz#a"),
    "a byte beyond ASCII in the target": get(b"Host: x", target=b"/healthz\xff"),
    "NUL in the target": get(b"Host: x", target=b"/healthz\x00"),
    "DEL in the target": get(b"Host: x", target=b"/healthz\x7f"),
    "an authority": b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n",
    "an asterisk": get(b"Host: x", target=b"*"),
    "HTTP/0.9": b"GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/11": b"GET /healthz HTTP/11\r\nHost: x\r\n\r\n",
    "http/1.1": b"GET /healthz http/1.1\r\nHost: x\r\n\r\n",
    "a digit from elsewhere": "GET /healthz HTTP/1.１\r\nHost: x\r\n\r\n".encode(),
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    # lines and names
    "a bare LF": b"GET /healthz HTTP/1.1\nHost: x\r\n\r\n",
    "a bare LF in a value": get(b"Host: x", b"A: b\nContent-Length: 5"),
    "a bare CR in a value": get(b"Host: x", b"A: b\rContent-Length: 5"),
    "a bare CR at a line's end": get(b"Host: x", b"A: b\r"),
    "NUL in a value": get(b"Host: x", b"A: b\x00c"),
    "a control byte in a value": get(b"Host: x", b"A: b\x0bc"),
    "DEL in a value": get(b"Host: x", b"A: b\x7f"),
    "a folded line": get(b"Host: x", b"A: b", b" c: d"),
    "a line folded by a tab": get(b"Host: x", b"A: b", b"\tc"),
    "the first line folded": get(b" Host: x", b"Host: x"),
    "no colon": get(b"Host: x", b"A"),
    "no name": get(b"Host: x", b": a"),
    "a space before the colon": get(b"Host: x", b"A : b"),
    "a tab before the colon": get(b"Host: x", b"A\t: b"),
    "a name in quotes": get(b"Host: x", b'"A": b'),
    "a name beyond ASCII": get(b"Host: x", "Ä: b".encode()),
    "NUL in a name": get(b"Host: x", b"A\x00: b"),
    # where the body ends
    "Content-Length with a space before the colon": post(b"Content-Length : 5", body=b"hello"),
    "both": post(b"Content-Length: 5", CHUNKED, body=CHUNKS_OR_BYTES),
    "both, the other way round": post(CHUNKED, b"Content-Length: 44", body=CHUNKS_OR_BYTES),
    "both, folded": post(b"Content-Length: 5", b"Transfer-Encoding:", b" chunked", body=CHUNKS_OR_BYTES),
    "two lengths": post(b"Content-Length: 5", b"Content-Length: 44", body=CHUNKS_OR_BYTES),
    "the same length twice": post(b"Content-Length: 5", b"content-length: 5", body=b"hello"),
    "two codings": post(CHUNKED, CHUNKED, body=CHUNKS_OR_BYTES),
    "a coding and none": post(CHUNKED, b"Transfer-Encoding: identity", body=CHUNKS_OR_BYTES),
    "a coding and nonsense": post(CHUNKED, b"Transfer-encoding: cow", body=CHUNKS_OR_BYTES),
    "a coding by a bare LF": post(b"A: b\nTransfer-Encoding: chunked", body=CHUNKS_OR_BYTES),
    "a coding by a bare CR": post(b"A: b\rTransfer-Encoding: chunked", body=CHUNKS_OR_BYTES),
    "a length by a bare LF": post(b"A: b\nContent-Length: 44", body=CHUNKS_OR_BYTES),
    "chunked in HTTP/1.0": post(CHUNKED, body=CHUNKS_OR_BYTES).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    **{
        f"a coding {name!r}": post(b"Transfer-Encoding" + name, body=CHUNKS_OR_BYTES)
        for name in (
            b" : chunked",
            b"\t: chunked",
            b"\x00: chunked",
            b"\n: chunked",
            b":",
            b": identity",
            b": Chunked",
            b": xchunked",
            b": chunked, identity",
            b": identity, chunked",
            b": gzip, chunked",
            b": chunked, chunked",
            b": chunked,",
            b": ,chunked",
            b": chunked;q=1",
            b': "chunked"',
            b": \x0bchunked",
            b": \x0cchunked",
            b": \x85chunked",
            b": \xc2\xa0chunked",
            b": chunked\xe2\x80\x8b",
            b": chunked\x00",
            b": chunk\x65d \x01",
        )
    },
    **{
        f"a length {length!r}": post(b"Content-Length:" + length, body=b"hello" + SMUGGLED)
        for length in (
            b"",
            b" ",
            b" +5",
            b" -5",
            b" -0",
            b" 0x5",
            b" 5_0",
            b" 5 5",
            b" 5, 5",
            b" 5,5",
            b" 5;",
            b" 5.0",
            b" 5e0",
            b" five",
            b' "5"',
            b" 5\x00",
            b" \x0b5",
            b" \xa05",
            b" \xc2\xa05",
            " ٥".encode(),
            " ５".encode(),
            " ²".encode(),
            b" " + b"9" * 19,
            b" " + b"0" * 5000,
        )
    },
}

CHUNKS = {
    "0x3": b"0x3\r\nabc\r\n0\r\n\r\n",
    "+3": b"+3\r\nabc\r\n0\r\n\r\n",
    "-1": b"-1\r\nabc\r\n0\r\n\r\n",
    "3_0": b"3_0\r\nabc\r\n0\r\n\r\n",
    "a space before": b" 3\r\nabc\r\n0\r\n\r\n",
    "a space behind": b"3 \r\nabc\r\n0\r\n\r\n",
    "nothing": b"\r\nabc\r\n0\r\n\r\n",
    "no digit": b"g\r\nabc\r\n0\r\n\r\n",
    "a digit from elsewhere": "３\r\nabc\r\n0\r\n\r\n".encode(),
    "two sizes": b"3,3\r\nabc\r\n0\r\n\r\n",
    "nine digits": b"000000003\r\nabc\r\n0\r\n\r\n",
    "more than 64 bits": b"10000000000000003\r\nabc\r\n0\r\n\r\n",
    "an extension alone": b";a\r\nabc\r\n0\r\n\r\n",
    "a long extension": b"3;" + b"a" * 100 + b"\r\nabc\r\n0\r\n\r\n",
    "an endless extension": b"3;" + b"a" * 10_000,
    "NUL in an extension": b"3;a\x00\r\nabc\r\n0\r\n\r\n",
    "a bare LF in an extension": b"3;\nabc\r\n0\r\n\r\n",
    "a bare CR in an extension": b"3;\rabc\r\n0\r\n\r\n",
    "a bare LF behind the size": b"3\nabc\r\n0\r\n\r\n",
    "more than its size": b"3\r\nabcd\r\n0\r\n\r\n",
    "less than its size": b"4\r\nabc\r\n0\r\n\r\n",
    "a bare LF behind it": b"3\r\nabc\n0\r\n\r\n",
    "nothing behind it": b"3\r\nabc0\r\n\r\n",
    "a last chunk of many zeros": b"0000000000\r\n\r\n",
    "a trailer": b"0\r\nA: b\r\n\r\n",
    "a request for a trailer": b"0\r\n" + SMUGGLED,
    "a bare LF at the end": b"0\r\n\n\n",
}

HOSTS = {
    "none": get(),
    "none of HTTP/1.1 with a length": post(b"Content-Length: 5", body=b"hello").replace(b"Host: x\r\n", b""),
    "two": get(b"Host: x", b"Host: y"),
    "the same twice": get(b"Host: x", b"host: x"),
    "two of HTTP/1.0": get(b"Host: x", b"Host: x").replace(b"1.1", b"1.0"),
    **{
        f"{host!r}": get(b"Host:" + host)
        for host in (
            b"",
            b" ",
            b" a b",
            b" a/b",
            b" a\\b",
            b" a?b",
            b" a#b",
            b" user@x",
            b" <x>",
            b' "x"',
            b" a, b",
            b" x:80:80",
            b" x:http",
            b" x:+80",
            b" x:800000",
            b" :80",
            b" [::1",
            b" ::1",
            b" [x]",
            b" []",
            b" %zz",
            b" %4",
            b" x\xc3\xa4",
            b" http://x",
            b" x{}",
            b" x|y",
            b" x^",
        )
    },
    "not the target's": get(b"Host: x", target=b"http://y/healthz"),
    "not the target's port": get(b"Host: x:80", target=b"http://x/healthz"),
    "a user in the target": get(b"Host: x", target=b"http://user@x/healthz"),
    "a target without Host": get(target=b"http://x/healthz"),
    "a target without Host of HTTP/1.0": get(target=b"http://x/healthz").replace(b"1.1", b"1.0"),
}


class TestHeads:
    """One answer, a 400, and the end, whatever comes behind."""

    @pytest.mark.threat(30)
    @pytest.mark.parametrize("sent", HEADS.values(), ids=HEADS)
    async def test_malformed(self, site: Site, sent: bytes) -> None:
        (answer,) = await exchange(site.url, sent + SMUGGLED + LAST)
        refused(answer, 400, json.loads(answer.body)["code"])
        assert json.loads(answer.body)["code"] in ("head_not_valid", "length_not_valid", "bad_request")

    @pytest.mark.threat(30)
    @pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
    async def test_chunks(self, site: Site, chunks: bytes) -> None:
        (answer,) = await exchange(site.url, post(CHUNKED, body=chunks) + SMUGGLED + LAST)
        refused(answer, 400, "chunk_not_valid")

    @pytest.mark.threat(31)
    @pytest.mark.parametrize("sent", HOSTS.values(), ids=HOSTS)
    async def test_hosts(self, site: Site, sent: bytes) -> None:
        (answer,) = await exchange(site.url, sent + SMUGGLED + LAST)
        refused(answer, 400, "host_not_valid")

    @pytest.mark.parametrize("sent", [HEADS["both"], HOSTS["two"], post(CHUNKED, body=CHUNKS["0x3"])])
    async def test_a_byte_at_a_time(self, site: Site, sent: bytes) -> None:
        (answer,) = await exchange(site.url, *(bytes([byte]) for byte in sent))
        assert answer.status == 400

    async def test_a_large_head(self, site: Site) -> None:
        for pieces in ([get(b"Host: x", b"A: " + b"b" * 16_384)], [b"GET / HTTP/1.1\r\n", b"A: " + b"b" * 200_000]):
            (answer,) = await exchange(site.url, *pieces)
            refused(answer, 431, "request_header_fields_too_large")
        (answer,) = await exchange(site.url, get(b"Host: x", b"Connection: close", b"A: " + b"b" * 16_000))
        assert answer.status == 200


class TestWellFormed:
    """What must go on working."""

    @pytest.mark.parametrize(
        "sent",
        [
            get(b"Host: x", b"Connection: close"),
            get(b"hOsT:x", b"connection:close"),
            get(b"Host:\t x \t", b"Connection: close"),
            get(b"Host: EXAMPLE.com:8000", b"Connection: close"),
            get(b"Host: x:", b"Connection: close"),
            get(b"Host: 127.0.0.1:8000", b"Connection: close"),
            get(b"Host: [::1]:8000", b"Connection: close"),
            get(b"Host: [::ffff:127.0.0.1]", b"Connection: close"),
            get(b"Host: a_b.internal", b"Connection: close"),
            get(b"Host: x%20y", b"Connection: close"),
            get(b"Host: x", b"Connection: close", target=b"http://x/healthz"),
            get(b"Host: X:80", b"Connection: close", target=b"HTTPS://x:80/healthz"),
            get(b"Host: x", b"Connection: close", target=b'/healthz?a=[1]&b={2|3}^`\\"<>'),
            get(b"Host: x", b"Connection: close", b"A:", "B: ä\tb".encode(), b"C: \xff", b"!#$%&'*+-.^_`|~0: x"),
            get(b"Host: x", b"Connection: close", b"Host-Name: y", b"X-Host: z", b"Content-Length-X: y"),
            b"GET /healthz HTTP/1.0\r\n\r\n",
            b"GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n",
        ],
    )
    async def test_heads(self, site: Site, sent: bytes) -> None:
        (answer,) = await exchange(site.url, sent)
        assert answer.status == 200, answer
        assert answer.headers["connection"] == "close"

    async def test_the_asterisk(self, site: Site) -> None:
        (answer,) = await exchange(site.url, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.status == 204

    @pytest.mark.parametrize("in_one", [True, False], ids=["in one piece", "in many"])
    async def test_pipelining(self, site: Site, in_one: bool) -> None:
        length = b"Content-Length: %d" % len(FORM_BYTES)
        half = len(FORM_BYTES) // 2
        chunks = b"%x;a=b\r\n%b\r\n" % (half, FORM_BYTES[:half]) + b"%08X ; c\r\n%b\r\n0\r\n\r\n" % (
            len(FORM_BYTES) - half,
            FORM_BYTES[half:],
        )
        sent = [
            SMUGGLED,
            post(length, body=FORM_BYTES),
            post(CHUNKED, body=chunks),
            post(b"Transfer-Encoding:\tchunked ".rstrip(), body=chunks),
            post(b"Content-Length: 000%d " % len(FORM_BYTES), body=FORM_BYTES),
            get(b"Host: x", b"Content-Length: 3") + b"abc",
            post(CHUNKED, body=b"0\r\n\r\n"),
            get(b"Host: x", target=b"/nowhere"),
            post(length, body=FORM_BYTES).replace(b"/api/submit-contact", b"/nowhere", 1),
            post(length, body=FORM_BYTES).replace(b"POST", b"DELETE", 1),
            LAST,
        ]
        raw = b"".join(sent)
        pieces = [raw] if in_one else [raw[start : start + 37] for start in range(0, len(raw), 37)]
        got = await exchange(site.url, *pieces)
        assert [answer.status for answer in got] == [200, 201, 201, 201, 201, 200, 400, 404, 404, 405, 200]
        assert [answer.headers["connection"] for answer in got] == ["keep-alive"] * 10 + ["close"]


def one_of(site: Site) -> tuple[str, int]:
    address = urlsplit(site.url)
    return str(address.hostname), int(address.port or 0)


class TestBodies:
    """At most 64 KB, known before they are read where they say so."""

    @pytest.mark.threat(32)
    @pytest.mark.parametrize("path", ["/api/submit-contact", "/admin/login", "/nowhere", "/healthz"])
    async def test_too_large_by_its_length(self, site: Site, path: str) -> None:
        """Not a byte of it is sent."""
        head = post(b"Content-Length: 104857600", body=b"").replace(b"/api/submit-contact", path.encode(), 1)
        (answer,) = await exchange(site.url, head)
        refused(answer, 413, "request_entity_too_large")

    async def test_too_large_for_rest(self, site: Site) -> None:
        head = post(b"Content-Length: 104857600", body=b"").replace(b"/api/submit-contact", b"/rest/leads", 1)
        (answer,) = await exchange(site.url, head)
        assert answer.status == 413
        assert set(json.loads(answer.body)) == {"code", "message", "details", "hint"}

    @pytest.mark.threat(32)
    @pytest.mark.parametrize("size", [b"10001", b"ffffffff", b"7fffffff"])
    async def test_too_large_by_a_chunk(self, site: Site, size: bytes) -> None:
        (answer,) = await exchange(site.url, post(CHUNKED, body=size + b"\r\n"))
        refused(answer, 413, "request_entity_too_large")

    @pytest.mark.threat(32)
    async def test_too_large_by_all_chunks(self, site: Site) -> None:
        (answer,) = await exchange(
            site.url,
            post(CHUNKED, body=b"1000\r\n" + b"x" * 4096 + b"\r\n") + b"".join([b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 16),
        )
        refused(answer, 413, "request_entity_too_large")

    async def test_as_large_as_may_be(self, site: Site) -> None:
        for head, body in (
            (b"Content-Length: %d" % CAP, b" " * CAP),
            (CHUNKED, b"%x\r\n%b\r\n0\r\n\r\n" % (CAP, b" " * CAP)),
        ):
            first, second = await exchange(site.url, post(head, body=body) + LAST)
            assert (first.status, json.loads(first.body)["code"]) == (400, "body_missing")
            assert second.status == 200

    @pytest.mark.threat(32)
    async def test_what_is_expected_too_large_is_not_asked_for(self, site: Site) -> None:
        (answer,) = await exchange(site.url, post(b"Content-Length: 70000", b"Expect: 100-continue", body=b""))
        refused(answer, 413, "request_entity_too_large")

    async def test_what_is_expected_is_asked_for(self, site: Site) -> None:
        address = one_of(site)
        for length in (b"Content-Length: %d" % len(FORM_BYTES), CHUNKED):
            body = FORM_BYTES if b"Length" in length else b"%x\r\n%b\r\n0\r\n\r\n" % (len(FORM_BYTES), FORM_BYTES)
            reader, writer = await asyncio.open_connection(*address)
            async with asyncio.timeout(PATIENCE):
                writer.write(post(length, b"Expect: 100-continue", b"Connection: close", body=b""))
                assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
                writer.write(body)
                (answer,) = answers(await reader.read())
            writer.close()
            assert answer.status == 201
        # Who sends it all the same, or speaks HTTP/1.0, is not asked.
        sent = post(length, b"Expect: 100-continue", b"Connection: close", body=body)
        (answer,) = await exchange(site.url, sent)
        assert answer.status == 201
        (answer,) = await exchange(
            site.url,
            post(b"Content-Length: %d" % len(FORM_BYTES), b"Expect: 100-continue", body=b"").replace(b"/1.1", b"/1.0", 1),
            FORM_BYTES,
        )
        assert answer.status == 201
        (answer,) = await exchange(site.url, post(b"Content-Length: 5", b"Expect: more", body=b"hello") + SMUGGLED)
        refused(answer, 417, "expectation_failed")

    @pytest.mark.threat(32)
    async def test_who_sends_on_reads_the_answer(self, site: Site, client: httpx.AsyncClient) -> None:
        """Closing at once would reset the connection, and with it what the client has not read."""
        for _ in range(5):
            answer = await client.post(
                "/api/submit-contact", content=b"x" * 8_000_000, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 413
            assert answer.headers["connection"] == "close"

    @pytest.mark.threat(34)
    @pytest.mark.parametrize("encodings", [["gzip"], ["br"], ["identity, gzip"], ["gzip", "identity"], ["x"]])
    async def test_compressed(self, site: Site, encodings: list[str]) -> None:
        bomb = gzip.compress(b"0" * 10_000_000)
        fields = [f"Content-Encoding: {encoding}".encode() for encoding in encodings]
        for sent in (
            post(b"Content-Length: %d" % len(bomb), *fields, body=bomb),
            post(CHUNKED, *fields, body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(bomb), bomb)),
        ):
            (answer,) = await exchange(site.url, sent + SMUGGLED)
            refused(answer, 415, "encoding_not_supported")
            assert answer.headers["accept-encoding"] == "identity"

    async def test_identity_is_no_compression(self, site: Site) -> None:
        length = b"Content-Length: %d" % len(FORM_BYTES)
        sent = post(length, b"Content-Encoding: Identity", b"Connection: close", body=FORM_BYTES)
        (answer,) = await exchange(site.url, sent)
        assert answer.status == 201


async def statuses(site: Site, content: bytes, **headers: str) -> dict[tuple[str, str], int]:
    """What each route of the router that may change something answers to a body: by method, and path with {} in it."""
    found = {}
    async with httpx.AsyncClient(base_url=site.url, timeout=PATIENCE, headers=headers) as client:
        for route in site.app.router.routes:
            path = re.sub(r"<\w+:uuid>", str(uuid.UUID(int=1)), f"/{route.path}")
            path = re.sub(r"<\w+[^>]*>", "1", path)
            for method in route.methods & {"POST", "PUT", "PATCH", "DELETE"}:
                answer = await client.request(method, path, content=content, headers=site.bearer())  # one of them ends it
                found[method, re.sub(r"<\w+[^>]*>", "{}", f"/{route.path}")] = answer.status_code
                assert answer.status_code < 500, (method, path, answer.text)
                if answer.status_code == 415:
                    assert answer.headers["content-type"] == "application/problem+json"
    return found


class TestOtherKindsOfBody:
    @pytest.mark.threat(34)
    async def test_no_route_takes_a_compressed_one(self, site: Site) -> None:
        content = gzip.compress(FORM_BYTES)
        found = await statuses(site, content, **{"Content-Encoding": "gzip", "Content-Type": "application/json"})
        assert len(found) > 20
        assert set(found.values()) == {415}, found

    @pytest.mark.threat(29)
    async def test_no_route_takes_json_as_text(self, urls: Urls) -> None:
        """A page of another site can send text/plain without asking first. Which routes take a body is in the contract."""
        async with running_site(urls, legacy_login=True) as site:
            async with httpx.AsyncClient(base_url=site.url) as client:
                contract = (await client.get("/openapi.json")).json()
            takes_body = {
                (method.upper(), re.sub(r"{\w+}", "{}", path))
                for path, methods in contract["paths"].items()
                for method, operation in methods.items()
                # A webhook is signed with a secret that no page has, and isn't there without it.
                if "requestBody" in operation and not path.startswith("/webhooks/")
            }
            assert len(takes_body) > 15
            for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "text/plain; a=application/json"}, {}):
                found = await statuses(site, FORM_BYTES, **headers)
                assert {route: found[route] for route in takes_body} == dict.fromkeys(takes_body, 415)


@pytest.mark.threat(39)
async def test_an_id_that_is_none_is_replaced(site: Site, client: httpx.AsyncClient) -> None:
    for sent in ("<script>alert(1)</script>" * 250, "", str(uuid.uuid4())[:-1] + "g", str(uuid.uuid4()) + "\u00e9"):
        for path in ("/healthz", "/nowhere"):
            answer = await client.get(path, headers={"X-Request-ID": sent.encode()})
            assert uuid.UUID(answer.headers["x-request-id"]).version == 4
            assert "script" not in answer.text + str(answer.headers)
    wanted = str(uuid.uuid4())
    assert (await client.get("/healthz", headers={"X-Request-ID": wanted})).headers["x-request-id"] == wanted


# Slow and absent clients


@contextlib.asynccontextmanager
async def small_service(listener: socket.socket, **config: float) -> AsyncIterator[list[ConnInfo]]:
    """A service of long, late and endless answers on a socket that keeps little unread; the connections that asked."""
    app: Sanic[Any, Any] = Sanic(f"small_{uuid.uuid4().hex}", configure_logging=False)
    app.config.update({name.upper(): value for name, value in config.items()})
    seen: list[ConnInfo] = []

    @app.get("/long")
    async def long(request: Request) -> HTTPResponse:
        seen.append(request.conn_info)
        return text("x" * int(request.args.get("size")))

    @app.get("/late")
    async def late(request: Request) -> HTTPResponse:
        seen.append(request.conn_info)
        await asyncio.sleep(float(request.args.get("seconds")))
        return text("late")

    @app.get("/stream")
    async def stream(request: Request) -> None:
        seen.append(request.conn_info)
        answer: Any = await request.respond(content_type="text/plain")
        for _ in range(int(request.args.get("pieces"))):
            await answer.send("x" * 10_000)
            await asyncio.sleep(0.05)
        await answer.eof()

    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    try:
        async with serving(app, listener, 0.5):
            yield seen
    finally:
        Sanic._app_registry.pop(app.name, None)


@contextlib.contextmanager
def unread_client(listener: socket.socket) -> Iterator[socket.socket]:
    """A client that doesn't read, and whose kernel keeps little for it."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        yield client


async def until(probe: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not probe():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class TestUnread:
    """A client that doesn't read its answers holds nothing for long."""

    async def test_before_the_next_request_is_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.5)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener) as seen:
                with unread_client(listener) as client:
                    client.sendall(get(b"Host: x", target=b"/long?size=50000") + b"GET /")
                    await until(lambda: seen and seen[0].lost)

    async def test_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """More than the first is never written; bytes that still come don't put off the end."""
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener, response_timeout=0.5) as seen:
                with unread_client(listener) as client:
                    client.sendall(get(b"Host: x", target=b"/long?size=200000") * 3)
                    for _ in range(500):
                        if seen and seen[0].lost:
                            break
                        with contextlib.suppress(OSError):
                            client.send(b"x")
                        await asyncio.sleep(0.02)
                    assert seen[0].lost
                    assert len(seen) <= 2

    async def test_a_stream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener, response_timeout=0.5) as seen:
                with unread_client(listener) as client:
                    client.sendall(get(b"Host: x", target=b"/stream?pieces=100000"))
                    await until(lambda: seen and seen[0].lost)

    async def test_a_stream_that_is_read_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Though it takes longer than all the times together."""
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.05)
        monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.3)
        with listen("127.0.0.1", 0) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/stream?pieces=40"
            async with small_service(listener, response_timeout=0.6, keep_alive_timeout=0.6), httpx.AsyncClient() as client:
                assert (await client.get(url)).text == "x" * 400_000

    async def test_an_answer_that_never_comes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener, response_timeout=0.5):
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                # Upgrade, too: for a websocket Sanic has no time at all.
                for head in (b"A: b", b"Upgrade: websocket"):
                    (answer,) = await exchange(url, get(b"Host: x", head, target=b"/late?seconds=60"))
                    assert answer.status == 503


class TestIdle:
    async def test_who_never_says_anything_is_let_go_sooner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert wire.FIRST_BYTE_SECONDS <= 30
        monkeypatch.setattr(wire, "FIRST_BYTE_SECONDS", 0.3)
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener, keep_alive_timeout=2):
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                began = time.monotonic()
                assert await exchange(url) == []
                silent = time.monotonic() - began
                first = get(b"Host: x", target=b"/long?size=1")
                (answer,) = await exchange(url, first)
                assert answer.status == 200
                kept = time.monotonic() - began - silent
                assert 0.3 <= silent < 2 <= kept

    async def test_its_age_is_not_its_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A connection idle for longer than an answer may take is answered all the same."""
        monkeypatch.setattr(wire, "LOOK_SECONDS", 0.05)
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener, response_timeout=0.5) as seen:
                reader, writer = await asyncio.open_connection(*listener.getsockname())
                writer.write(get(b"Host: x", target=b"/long?size=1"))
                await until(lambda: seen)
                began = time.monotonic()
                await until(lambda: time.monotonic() > began + 0.7)
                writer.write(get(b"Host: x", b"Connection: close", target=b"/late?seconds=0.3"))
                assert b"200 OK" in (await reader.read()).partition(b"\r\n\r\nx")[2]
                writer.close()

    async def test_half_a_head_at_the_end_of_a_drain(self, caplog: pytest.LogCaptureFixture) -> None:
        with listen("127.0.0.1", 0) as listener:
            async with small_service(listener):
                reader, writer = await asyncio.open_connection(*listener.getsockname())
                writer.write(b"GET / HTTP/1.1\r\nHost")
                await writer.drain()
                await exchange(f"http://127.0.0.1:{listener.getsockname()[1]}", LAST)
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


# A process of its own


@pytest.fixture(scope="module")
def up(urls: Urls) -> Iterator[Up]:
    with served(urls, PUBLIC_RATE_LIMIT="10000/second") as up:
        yield up
        up.client.close()  # an idle connection is drained for a second
        up.tell(signal.SIGTERM)
        assert up.exit_code() == 0, up.output
        assert "rror" not in up.output
        assert "Traceback" not in up.output


@pytest.mark.threat(32)
def test_100_megabytes_leave_memory_flat(up: Up) -> None:
    pid = worker_of(up)
    address = urlsplit(up.address)
    before = resident_megabytes(pid)
    piece = b"fff0\r\n" + b"x" * 0xFFF0 + b"\r\n"
    for head in (b"Content-Length: 104857600", CHUNKED):
        with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as client:
            client.sendall(post(head, body=b""))
            with contextlib.suppress(ConnectionError):  # it doesn't listen for ever
                for _ in range(1600):
                    client.sendall(piece)
            (answer,) = answers(read_to_end(client))
            refused(answer, 413, "request_entity_too_large")
    assert resident_megabytes(pid, "VmHWM") - before < 8


def read_to_end(client: socket.socket) -> bytes:
    with client.makefile("rb") as stream:
        return stream.read()


@pytest.mark.threat(45)
def test_200_resets_before_a_body_is_whole(up: Up) -> None:
    pid = worker_of(up)
    assert up.client.get("/healthz").status_code == 200
    before = sockets_of(pid)
    address = urlsplit(up.address)
    clients = []
    for number in range(200):
        client = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
        head = CHUNKED if number % 2 else b"Content-Length: 1000"
        client.sendall(post(head, body=b"3e8\r\n{" if number % 2 else b"{" + b" " * (number % 7)))
        clients.append(client)
    wait_until(lambda: sockets_of(pid) == before + 200)
    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    wait_until(lambda: sockets_of(pid) <= before)
    assert up.client.get("/healthz").status_code == 200
    assert worker_of(up) == pid
    assert "rror" not in up.output


def room_for(connections: int) -> int:
    """How many of them this process may open; 500 at least. Its limit of open files is raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else 2 * connections + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, connections + 1000)), hard))
    room = min(connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500)
    assert room >= 500, "This machine allows too few open files: ulimit -Hn"
    return room


# Each a part that is sent at once and another that drips.
DRIPS = {
    "the request line": (b"", b"GET /healthz?" + b"a" * 100),
    "a header": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"A: " + b"b" * 100),
    "many headers": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n" * 20),
    "a body": (post(b"Content-Length: 100", body=b""), b" " * 100),
    "a body for nobody": (post(b"Content-Length: 100", body=b"").replace(b"/api/submit-contact", b"/nowhere", 1), b" " * 100),
    "a body of chunks": (post(CHUNKED, body=b""), b"1\r\n \r\n" * 20),
    "one chunk": (post(CHUNKED, body=b"64\r\n"), b" " * 100),
    "a second request": (SMUGGLED + b"GET ", b"/healthz?" + b"a" * 100),
    "what is asked for": (post(b"Content-Length: 100", b"Expect: 100-continue", body=b""), b" " * 100),
    "what comes too fast for a look": (b"GET / HTTP/1.1\r\nHost: x\r\nA: ", b"b" * 100),
}


@pytest.mark.threat(33)
async def test_drips_are_cut_while_others_are_served(up: Up) -> None:
    """5,000 connections idle, 50 send a byte per 0.7 s, and healthy requests are answered as ever."""
    address = urlsplit(up.address)
    loop = asyncio.get_running_loop()
    idle = []
    try:
        for _ in range(room_for(5000)):
            idle.append(socket.create_connection((address.hostname, address.port), timeout=PATIENCE))

        async def drip(at_once: bytes, slowly: bytes, every: float) -> None:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            began = loop.time()
            ended = loop.create_task(reader.read())
            writer.write(at_once)
            for byte in slowly:
                writer.write(bytes([byte]))
                if (await asyncio.wait({ended}, timeout=every))[0]:
                    break
            seconds = loop.time() - began
            got = answers(await ended)
            writer.close()
            refused(got[-1], 408, "request_timeout")
            assert [answer.status for answer in got[:-1]] in ([], [100], [200])
            assert 8 < seconds < 10 + SLACK_SECONDS, seconds

        async def ask(client: httpx.AsyncClient) -> float:
            began = loop.time()
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.post("/api/submit-contact", json=FORM)).status_code == 201
            return loop.time() - began

        slow = [
            asyncio.create_task(drip(*drip_, every=0.7 if n % 10 else 0.1)) for n, drip_ in enumerate([*DRIPS.values()] * 5)
        ]
        async with httpx.AsyncClient(base_url=up.address, timeout=PATIENCE) as client:
            took = [await ask(client)]
            while (await asyncio.wait(slow, timeout=0.1))[1]:
                took.append(await ask(client))
        await asyncio.gather(*slow)
        assert len(took) > 20
        assert max(took) < ANSWER_SECONDS
        for one in idle:  # silent for less than they may be
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.recv(1)
    finally:
        for one in idle:
            one.close()
    pid = worker_of(up)
    wait_until(lambda: sockets_of(pid) < 100)


# Anything at all

WHOLE = post(b"Content-Length: 5", b"Accept: */*", body=b"").removesuffix(b"\r\n")
# Single bytes that parsers differ over, then what a head may not have twice.
BYTES = b"\r\n\0 \t:\x0b\x7f\xff\xa0,;_+-0x/*#@%"
WORDS = (
    b"\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 3\r\n",
    b"Host: y\r\n",
    b"chunked",
    b"HTTP/1.0",
    b"http://y",
)
ODD = st.sampled_from([*(bytes([byte]) for byte in BYTES), *WORDS])


@st.composite
def mutations(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with one to three places of it changed."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(whole)))
        end = start + draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20]))
        whole = whole[:start] + draw(st.one_of(ODD, st.just(b""), st.binary(min_size=1, max_size=2))) + whole[end:]
    return whole


@pytest.mark.threat(30)
@settings(max_examples=1500, deadline=None)
@given(mutations(WHOLE))
def test_what_is_taken_another_parser_takes_the_same(head: bytes) -> None:
    """h11 reads it too, and finds the same request and the same length."""
    if b"\r\n\r\n" in head + b"\r\n":
        head = (head + b"\r\n").partition(b"\r\n\r\n")[0] + b"\r\n"
    try:
        wire.check_head(head)
    except SanicException as error:
        assert error.status_code == 400
        return
    other = h11.Connection(h11.SERVER)
    other.receive_data(head + b"\r\n")
    request = other.next_event()
    assert isinstance(request, h11.Request)
    line = head.partition(b"\r\n")[0]
    assert line == b"%b %b HTTP/%b" % (request.method, request.target, request.http_version)
    names = [name for name, _ in request.headers]
    assert len(names) == head.count(b"\r\n") - 1
    assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert names.count(b"host") == 1 or request.http_version == b"1.0"


@pytest.mark.threat(30)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(mutations(SMUGGLED), mutations(WHOLE + b"\r\nhello"), mutations(post(CHUNKED, body=b"3\r\nabc\r\n0\r\n\r\n"))))
def test_no_mutation_is_answered_twice_or_by_a_5xx(up: Up, sent: bytes) -> None:
    """Behind it come two whole requests. A refusal of the wire's is the last answer, and there is one answer per request."""
    address = urlsplit(up.address)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as client:
        client.sendall(sent + SMUGGLED + LAST)
        raw = b""
        with contextlib.suppress(TimeoutError):  # it may wait for a body
            while piece := client.recv(65536):
                raw += piece
                client.settimeout(0.2)
    got = answers(raw)
    # An empty line within makes two of one.
    assert len(got) <= 3 + sent.removesuffix(b"\r\n\r\n").count(b"\r\n\r\n")
    assert all(answer.status < 500 for answer in got)
    for answer in got[:-1]:
        assert answer.headers["connection"] == "keep-alive"
    for answer in got:
        if re.search(rb'"code":"(head|host|length|chunk)_not_valid"', answer.body):
            assert answer is got[-1]
