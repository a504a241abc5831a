"""Rows 26 to 28: what a browser would run, where it would go, and who may read what it fetches."""

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.capture.forms import FIELDS, FORMS
from service.settings import RateLimit
from tests_support import problem

Owner = psycopg.Connection[Any]

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Every element and attribute that our templates write. A payload that became one of its own would add `data-evil` or another.
ELEMENTS = set(
    "html head meta title link body main h1 h2 h3 p div span ul ol li a form input textarea label button code pre strong em br hr section"
    " footer header nav noscript script template".split()
)
ATTRIBUTES = set(
    "lang charset name content rel href type class id for action method enctype accept-charset value maxlength rows autocomplete required aria-invalid"
    " aria-describedby aria-labelledby aria-label aria-live role tabindex autofocus checked src defer hidden data-slug data-note data-clear"
    " data-count data-reference data-required data-not-an-email data-left data-one-wrong data-many-wrong data-sending data-refused data-offline"
    " data-lost data-busy data-away data-again".split()
)

EVIL = "data-evil"
# Out of text, out of a value in either kind of quotes or none, out of a textarea, a title, a comment, a script; by what a browser
# mends; by what it decodes.
PAYLOADS = [
    f"<script {EVIL}>alert(1)</script>", f"<img {EVIL} src=x onerror=alert(1)>", f"<svg {EVIL} onload=alert(1)>",
    f"<svg/{EVIL}/onload=alert(1)//", f'" {EVIL} onfocus=alert(1) autofocus x="', f"' {EVIL} onfocus=alert(1) autofocus x='",
    f"` {EVIL} onmouseover=alert(1)", f"\"><b {EVIL}>", f"'><b {EVIL}>", f"</textarea><b {EVIL}>", f"</title><b {EVIL}>",
    f"</script><b {EVIL}>", f"</style><b {EVIL}>", f"--><b {EVIL}>", f"]]><b {EVIL}>", f"<!--><b {EVIL}>", f"<<b {EVIL}>",
    f"<b {EVIL}", f"<a {EVIL} href=javascript:alert(1)>x</a>", f"<iframe {EVIL} srcdoc='<script>alert(1)</script>'>",
    f"<math {EVIL}><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    f"<noscript><p title=\"</noscript><img {EVIL} src=x onerror=alert(1)>\">", f"<b\t{EVIL}>", f"<b\n{EVIL}>", f"<b\x0c{EVIL}>",
    f"<b/{EVIL}>", f"<input {EVIL} type=hidden>", f"<form {EVIL} action=//evil.example>", f"<base {EVIL} href=//evil.example>",
    f"<meta {EVIL} http-equiv=refresh content=0;url=//evil.example>", f"<link {EVIL} rel=stylesheet href=//evil.example>",
    f"<object {EVIL} data=javascript:alert(1)>", f"<details {EVIL} open ontoggle=alert(1)>", f"<template><b {EVIL}></template>",
    f"\u003cb {EVIL}\u003e", f"\uff1cb {EVIL}\uff1e", f"&lt;b {EVIL}&gt;", f"&#60;b {EVIL}&#62;", f"&#x3c;b {EVIL}>",
    f"%3Cb {EVIL}%3E", f"\\x3cb {EVIL}\\x3e", f"{{{{'<b {EVIL}>'|safe}}}}", f"{{% raw %}}<b {EVIL}>", f"${{'<b {EVIL}>'}}",
    "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "&quot;&gt;&lt;b&gt;", "\u2028<b>", "+ADw-b+AD4-",
]  # fmt: skip


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.comments: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def only_ours(answer: httpx.Response) -> Parsed:
    """The page, once it holds nothing that could run or lead elsewhere, and would be kept from it if it did."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = Parsed(answer.text)
    for tag, attributes in found.elements:
        assert tag in ELEMENTS, tag
        assert attributes.keys() <= ATTRIBUTES, (tag, attributes)
        assert EVIL not in attributes
        for name in ("href", "src", "action"):
            address = attributes.get(name) or "/"
            assert re.match(r"[/#](?!/)", address), address
        assert tag != "script" or attributes.get("src")
    strict(answer)
    return found


def strict(answer: httpx.Response) -> None:
    """Its policy lets only files from here run and load; nothing may frame it or guess another type."""
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy.get("script-src", "'none'") in ("'none'", "'self'")
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"} & set(" ".join(policy.values()).split())
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.threat(26)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
async def test_26_xss_in_a_page_that_shows_what_was_typed(client: httpx.AsyncClient, form: Any) -> None:
    for payload in PAYLOADS:
        typed = {field.name: payload for field in FIELDS} | {
            "_next": payload,
            "utm_source": payload,
            "consent": payload,
            payload[:100]: payload,
        }
        typed["email"] = "nobody"  # so that it is shown again
        typed.pop("_next")
        answer = await client.post(form.path, data=typed, headers=BROWSER)
        assert answer.status_code == 422
        found = only_ours(answer)
        held = [
            attributes.get("value") for tag, attributes in found.elements if tag == "input" and attributes.get("name") == "name"
        ]
        assert held == [payload]
        assert payload in found.text


@pytest.mark.threat(26)
@pytest.mark.parametrize("path", [f"/forms/{form.slug}" for form in FORMS])
async def test_26_xss_in_an_address(client: httpx.AsyncClient, path: str) -> None:
    for payload in PAYLOADS:
        names = ("utm_source", "utm_medium", "source", "_next", "name", "q", payload)
        query = "&".join(f"{quote(name, safe='')}={quote(payload, safe='')}" for name in names)
        only_ours(await client.get(f"{path}?{query}"))
    # A host that can't be one may be refused, and is never markup.
    for host in ('"><b data-evil>', "a<b data-evil>", "'onload='x", "x&lt;b&gt;"):
        answer = await client.get(path, headers={"Host": host, "X-Forwarded-Proto": host, "X-Forwarded-Host": host})
        if answer.status_code == 200:
            only_ours(answer)
        else:
            problem(answer, 400)


@pytest.mark.threat(26)
async def test_26_xss_in_other_answers(client: httpx.AsyncClient, site: Site) -> None:
    """Refusals that name what was sent: as JSON, and as pages for a browser's form."""
    for payload in PAYLOADS:
        one_line = re.sub(r"[\x00-\x1f]", " ", payload)
        answer = await client.post("/api/submit-contact", data=CONTACT | {"_next": f"/{payload}"}, headers=BROWSER)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/")
            assert not answer.headers["location"].startswith(("//", "/\\"))
        else:
            only_ours(answer)
        too_many = "&".join(f"{quote(one_line)}{n}=1" for n in range(101))
        form = BROWSER | {"Content-Type": "application/x-www-form-urlencoded"}
        only_ours(await client.post("/api/submit-contact", content=too_many, headers=form))
        for answer in (
            await client.post("/api/submit-contact", json=CONTACT | {"status": payload, "Id": payload}),
            await client.get(f"/{quote(payload)}", headers=BROWSER),
            await client.get(f"/admin/leads?{quote(payload)}={quote(payload)}", headers=BROWSER | site.bearer()),
            await client.get(f"/rest/{quote(payload, safe='')}", headers=BROWSER | site.bearer()),
            await client.get("/healthz", headers={"X-Request-ID": one_line.encode()}),
        ):
            assert "json" in answer.headers["content-type"], answer.text
            strict(answer)
            assert one_line not in str(answer.headers)


@pytest.mark.threat(26)
async def test_26_xss_in_a_stored_lead(client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
    """What was stored comes out as data; of a search's snippet, which is shown as HTML, only the marks are elements."""
    for number, payload in enumerate(PAYLOADS):
        typed = CONTACT | {
            "message": f"needle{number} {payload} needle",
            "subject": payload,
            "company": payload,
            payload[:100]: payload,
        }
        assert (await client.post("/api/submit-contact", json=typed)).status_code in (201, 422)
        owner.execute(
            "INSERT INTO contact_leads (name, email, message, internal_notes, tags) VALUES (%s, 'x@y.zz', %s, %s, '{}')",
            (re.sub(r"[\x00-\x1f]", " ", payload), f"needle{number} {payload}", payload),
        )
        answer = await client.get(f"/admin/leads/search?q=needle{number}&limit=500", headers=site.bearer("v", "viewer"))
        found = answer.json()["data"]
        assert found
        for lead in found:
            snippet = Parsed(lead["snippet"])
            assert {tag for tag, _ in snippet.elements} <= {"mark"}
            assert not any(attributes for _, attributes in snippet.elements)
            assert not snippet.comments
    for path in (
        "/admin/leads?limit=500",
        "/admin/leads/search?q=needle",
        "/admin/leads/export?format=json",
        "/admin/leads/export",
        "/rest/leads",
    ):
        answer = await client.get(path, headers=site.bearer() | BROWSER)
        assert answer.status_code == 200 or path.startswith("/rest"), answer.text
        assert answer.headers["content-type"].partition(";")[0] in ("application/json", "text/csv")
        strict(answer)
    assert answer.status_code in (200, 406)


EVIL_TARGETS = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "/%0d%0aSet-Cookie:%20x=1\r\n", "/x\r\nSet-Cookie: x=1", "/\x00", "http://evil.example", "https://evil.example/",
    "HTTPS://EVIL.EXAMPLE", "https:evil.example", "https:/evil.example", "https:///evil.example", "http:\\\\evil.example",
    "ftp://www.example.com", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)",
    "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x", "about:blank", "https://www.example.com.evil.example/",
    "https://www.example.com@evil.example/", "https://www.example.com:443@evil.example/",
    "https://evil.example/https://www.example.com", "https://www.example.com\\@evil.example/", "https://www.example.com:8443/",
    "http://www.example.com/", "https://example.com/", "https://www.example.com%2eevil.example/",
    "https://www.example.com\u3002evil.example/", "https://www.ex\u00e4mple.com/", "https://\uff45vil.example",
    "//www.example.com", "evil.example", "x", "?x", "#x", ".", "..", "../x", "./x", "https://user@www.example.com/",
    "https://www.example.com:@evil.example", "https://[::1]/", "http://[", "https://www.example.com\t.evil.example",
    "https://www.example.com\u200b.evil.example/", "/" + "x" * 3000,
]  # fmt: skip


@pytest.fixture(scope="module")
async def linked(urls: Urls) -> AsyncIterator[Site]:
    """A service that sends visitors back to one website."""
    async with running_site(urls, redirect_origins=frozenset({"https://www.example.com"})) as running:
        yield running


@pytest.mark.threat(27)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
async def test_27_no_open_redirect(linked: Site, owner: Owner, form: Any) -> None:
    before = owner.execute("SELECT count(*) FROM contact_leads").fetchone()
    async with httpx.AsyncClient(base_url=linked.url) as client:
        for target in EVIL_TARGETS:
            for headers in ({}, BROWSER):
                for data in (
                    {"data": CONTACT | {"_next": target}},
                    {"files": {k: (None, v) for k, v in (CONTACT | {"_next": target}).items()}},
                ):
                    answer = await client.post(form.path, headers=headers, **data)  # type: ignore[arg-type]
                    assert answer.status_code in (400, 422), target
                    assert "location" not in answer.headers
                    assert "set-cookie" not in answer.headers
        assert owner.execute("SELECT count(*) FROM contact_leads").fetchone() == before
        for target in ("/thanks", "/thanks?x=//evil.example", "https://www.example.com/thanks", "https://www.example.com"):
            answer = await client.post(form.path, data=CONTACT | {"_next": target})
            assert (answer.status_code, answer.headers["location"]) == (303, target)
        # A script is sent nowhere, whatever it asks for.
        answer = await client.post(form.path, json=CONTACT | {"_next": "//evil.example"})
        assert (answer.status_code, answer.headers.get("location")) == (201, None)


@pytest.mark.threat(27)
async def test_27_nothing_else_redirects(client: httpx.AsyncClient, site: Site) -> None:
    for path in (
        "/",
        "/forms/contact",
        "/docs",
        "/healthz",
        "/admin/leads",
        "//evil.example",
        "/%2f%2fevil.example",
        "/\\evil.example",
        "/forms//evil.example",
        "/admin/leads//evil.example/",
        "/..//evil.example",
    ):
        for query in ("", "?_next=//evil.example&next=//evil.example&url=//evil.example&redirect=//evil.example"):
            answer = await client.get(httpx.URL(site.url).copy_with(raw_path=(path + query).encode()), headers=site.bearer())
            assert not 300 <= answer.status_code < 400, path
            assert "location" not in answer.headers


ORIGIN = "https://www.example.com"
STRANGERS = [
    "null", "NULL", "", "*", "https://app.x.com.evil.io", "https://www.example.com.evil.io", "https://www.example.comevil.io",
    "https://evilwww.example.com", "https://wwwxexample.com", "https://www.example.com:443", "https://www.example.com:8443",
    "http://www.example.com", "https://example.com", "https://sub.www.example.com", "https://www.example.com/",
    "https://www.example.com/x", "https://www.example.com#", "HTTPS://WWW.EXAMPLE.COM",
    "https://www.example.com, https://evil.io", "https://evil.io https://www.example.com", "https://user@www.example.com",
    "https://www.example.com@evil.io", "file://", "chrome-extension://abc", "https://www.example.com%60.evil.io",
    "https://www.example.com_.evil.io", "localhost", "http://127.0.0.1",
]  # fmt: skip
GRANTS = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
)


@pytest.fixture(scope="module")
async def shared(urls: Urls) -> AsyncIterator[Site]:
    """A service that a website on another origin may call."""
    async with running_site(urls, cors_origins=frozenset({ORIGIN}), public_rate_limit=RateLimit(5000, 1)) as running:
        yield running


def answers_of_every_kind(site: Site) -> Iterator[tuple[str, str, dict[str, str], int]]:
    """Requests and what they are answered: served, refused by each check, not found, not modified by a body, a preflight."""
    yield "GET", "/healthz", {}, 200
    yield "GET", "/forms/contact", {}, 200
    yield "GET", "/admin/leads", site.bearer(), 200
    yield "GET", "/rest/leads", site.bearer(), 200
    yield "GET", "/admin/leads/export", site.bearer(), 200
    yield "GET", "/admin/leads", {}, 401
    yield "GET", "/rest/leads", {}, 401
    yield "GET", "/admin/audit", site.bearer("v", "viewer"), 403
    yield "GET", "/nothing", {}, 404
    yield "PUT", "/admin/leads", {}, 405
    yield "POST", "/api/submit-contact", {"Content-Type": "text/plain"}, 415
    yield "GET", "/admin/leads?nope=1", site.bearer(), 400
    for path in ("/api/submit-contact", "/admin/leads", "/admin/leads/1", "/rest/leads"):
        yield "OPTIONS", path, {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}, 204


@pytest.mark.threat(28)
async def test_28_a_stranger_is_granted_nothing(shared: Site) -> None:
    async with httpx.AsyncClient(base_url=shared.url) as client:
        for method, path, headers, status in answers_of_every_kind(shared):
            for origin in (None, *(STRANGERS if status in (200, 204) else STRANGERS[:6])):
                answer = await client.request(method, path, headers=headers | ({} if origin is None else {"Origin": origin}))
                assert answer.status_code == status, (path, answer.text)
                assert not [name for name in GRANTS if name in answer.headers], (path, origin)
                # What a cache keeps for one origin must not be given to another.
                assert "Origin" in [name.strip() for name in answer.headers["vary"].split(",")], (path, origin)


@pytest.mark.threat(28)
async def test_28_the_listed_one_is_granted_itself_and_no_credentials(shared: Site) -> None:
    async with httpx.AsyncClient(base_url=shared.url) as client:
        for method, path, headers, status in answers_of_every_kind(shared):
            answer = await client.request(method, path, headers=headers | {"Origin": ORIGIN})
            assert answer.status_code == status
            assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN], path
            assert "access-control-allow-credentials" not in answer.headers
            varies = [name.strip() for name in answer.headers["vary"].split(",")]
            assert "Origin" in varies
            assert status != 200 or "Authorization" not in headers or "export" in path or "Authorization" in varies, path
        # Two of them are none.
        twice = await client.get("/healthz", headers=[("Origin", "https://evil.io"), ("Origin", ORIGIN)])
        assert "access-control-allow-origin" not in twice.headers


@pytest.mark.threat(28)
async def test_28_without_a_list_nobody_is_granted_anything(client: httpx.AsyncClient, site: Site) -> None:
    for method, path, headers, _ in answers_of_every_kind(site):
        for origin in (ORIGIN, "null", site.url):
            answer = await client.request(method, path, headers=headers | {"Origin": origin})
            assert not [name for name in GRANTS if name in answer.headers]
