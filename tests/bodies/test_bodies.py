"""Whatever a body holds, it is read or refused by a Problem: nothing else is ever raised."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.bodies import MAX_DEPTH, read_json_object, read_multipart, read_urlencoded
from service.capture.forms import FORMS, clean
from service.errors import Problem

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=6)
BOUNDARY = "multipart/form-data; boundary=b"


def storable(value: Any) -> None:
    """What was read can go to PostgreSQL."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    assert "\0" not in text
    text.encode()


def read(reader: Any, *arguments: Any) -> None:
    try:
        fields = reader(*arguments)
    except Problem as problem:
        assert problem.status in (400, 415, 422)
        assert problem.detail
        return
    storable(fields)
    for form in FORMS:
        try:
            storable(clean(form, fields))
        except Problem as problem:
            assert problem.status == 422
            assert problem.errors


@settings(max_examples=300)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf{}")
@example(b'{"a": "\\ud83d"}')
@example(b'{"\\ud83d": 1}')
@example(b'{"a": -0, "b": 1E400}')
@example(b'{"a": "\\ud83d", "b": 1E400}')
@example(b'{"a": ' + b"9" * 5000 + b"}")
@example(b'{"a": "' + b"\\" * 50)
def test_any_bytes_as_json(body: bytes) -> None:
    read(read_json_object, body)


@settings(max_examples=300)
@given(OBJECTS)
def test_any_object_as_json(value: dict[str, Any]) -> None:
    read(read_json_object, json.dumps(value).encode())
    read(read_json_object, json.dumps(value, ensure_ascii=False).encode(errors="replace"))


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(alphabet="ab&=%;+0\u00e9", max_size=60).map(str.encode))
def test_any_bytes_as_a_form(body: bytes) -> None:
    read(read_urlencoded, body)


PARTS = st.sampled_from(
    [b"--b", b"--b--", b"\r\n", b"\n", b"Content-Disposition: form-data", b'; name="a"', b"; name=", b'; name*=utf-8\'\'%e2%82%ac',
     b"; name*=x''%ff", b'; filename="f"', b"; filename*=", b"Content-Type: text/plain; charset=utf-16", b"Content-Type: text/x; charset=nope",
     b"Content-Type: application/json", b"Content-Transfer-Encoding: base64", b": ", b"\r\n\r\n", b"text", b"\xff", b"\x00", b'"']
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PARTS, max_size=25).map(b"".join) | st.binary(max_size=200))
@example(
    b'--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\r\n--b--\r\n'
)
@example(b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n")
@example(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x00\r\n--b--\r\n')
def test_any_bytes_as_multipart(body: bytes) -> None:
    read(read_multipart, body, BOUNDARY)
    read(read_multipart, b"--b\r\n" + body + b"\r\n--b--\r\n", BOUNDARY)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="', BOUNDARY + "; x"],
)
def test_a_boundary_may_be_anything(content_type: str) -> None:
    read(read_multipart, b"--b\r\n\r\n--b--", content_type)


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 20_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_depth(depth: int, brackets: str) -> None:
    inner = "[" * depth + "]" * depth if brackets == "[]" else '{"a":' * depth + "1" + "}" * depth
    body = f'{{"{"[{" * 100}": {inner}}}'.encode()
    if depth < MAX_DEPTH:
        assert read_json_object(body)
    else:
        with pytest.raises(Problem) as refusal:
            read_json_object(body)
        assert (refusal.value.status, refusal.value.code) == (422, "json_too_deep")


def test_a_multipart_form_is_read() -> None:
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
        for name, value in ((b"name", "Zoë".encode()), (b"message", b"one\r\ntwo"), (b"tag", b"x"), (b"tag", b"y"))
    )
    assert read_multipart(body + b"--b--\r\n", BOUNDARY) == {"name": "Zoë", "message": "one\r\ntwo", "tag": ["x", "y"]}
