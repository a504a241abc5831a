"""The pages: they work without JavaScript, load nothing from elsewhere, and show what a visitor typed only as text."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.capture.forms import FIELDS, FORMS, Form
from service.capture.pages import LABELS, ON_PAGE
from service.routes.site import DASHBOARD_PATHS, MAX_NEXT_CHARACTERS
from tests_support import problem

WEB = Path(__file__).resolve().parents[2] / "web"
PAGES = [*(f"/forms/{form.slug}" for form in FORMS), "/docs"]
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PAYLOAD = "\"'><script>alert(1)</script>"


class Page(HTMLParser):
    """The elements of a page, each as its attributes with its tag and text, and the order it came in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attributes)}
        self.elements.append(element)
        if tag not in ("input", "meta", "link", "br"):
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()["tag"] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    def all(self, tag: str, **attributes: str) -> Iterator[dict[str, Any]]:
        return (e for e in self.elements if e["tag"] == tag and all(e.get(name) == v for name, v in attributes.items()))

    def control(self, name: str) -> dict[str, Any]:
        """The one visible control of that name."""
        (element,) = (e for e in self.elements if e.get("name") == name and e["tag"] in ("input", "textarea"))
        return element

    def hidden(self) -> list[tuple[str, str]]:
        """What is carried along, but for what is on every form: the note that consent was asked for, and the page's key."""
        fields = [(element["name"], element["value"]) for element in self.all("input", type="hidden")]
        return [field for field in fields if field != ("_consent", "asked") and field[0] != "_idempotency_key"]

    def addresses(self) -> list[str]:
        return [e[name] for e in self.elements for name in ("src", "href", "action") if name in e]


def page(answer: httpx.Response, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.mark.threat(26)
@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_strict_about_what_they_load(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    found = page(answer)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == ("'self' 'unsafe-inline'" if path == "/docs" else "'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-cache"
    assert not any("style" in element or any(name.startswith("on") for name in element) for element in found.elements)
    assert all(element.get("src") and not element["text"].strip() for element in found.all("script"))
    assert not list(found.all("style"))
    head = await client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("path", PAGES)
async def test_pages_lead_nowhere_else_and_nowhere_wrong(client: httpx.AsyncClient, path: str) -> None:
    for address in page(await client.get(path)).addresses():
        assert address.startswith("/")
        assert not address.startswith("//")
        answer = await client.get(address)
        assert answer.status_code == (405 if address.startswith("/api/") else 200), address


async def test_assets_are_kept_for_ever_under_the_name_of_their_content(client: httpx.AsyncClient) -> None:
    types = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
    addresses = {
        address
        for path in PAGES
        for address in page(await client.get(path)).addresses()
        if address.startswith(("/static/", "/docs/assets/"))
    }
    assert len(addresses) == 7
    for address in addresses:
        answer = await client.get(address, headers={"Accept-Encoding": "identity"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == types[address[address.rindex(".") :]]
        assert "content-encoding" not in answer.headers
        small = await client.get(address, headers={"Accept-Encoding": "br, gzip;q=0.8"})
        assert small.headers["content-encoding"] == "gzip"
        assert small.headers["vary"] == "Accept-Encoding"
        assert small.content == answer.content
        problem(await client.get(re.sub(r"\.\w{16}\.", ".0000000000000000.", address)), 404)


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br, gzip; q=0.0 , deflate", "x-gzip"])
async def test_what_a_client_does_not_take_is_not_sent(client: httpx.AsyncClient, accepted: str) -> None:
    answer = await client.get("/openapi.json", headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    "path", ["/static/../openapi.yaml", "/static/%2e%2e/openapi.yaml", "/static/site.css", "/docs/assets/x"]
)
async def test_only_the_named_files_are_served(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(path), 404)


async def test_docs_load_all_from_here(client: httpx.AsyncClient) -> None:
    found = page(await client.get("/docs"))
    scripts = [element["src"] for element in found.all("script")]
    assert [re.sub(r"\.\w{16}\.", ".", address) for address in scripts] == [
        "/docs/assets/swagger-ui-bundle.js",
        "/docs/assets/docs.js",
    ]
    initializer = (await client.get(scripts[-1])).text
    assert "http" not in initializer
    for sheet in found.all("link", rel="stylesheet"):
        # Namespaces in data: images are names, not addresses.
        assert not re.search(r"@import|url\((?!\s*['\"]?data:)", (await client.get(sheet["href"])).text)


async def test_the_contract_is_sent_once(client: httpx.AsyncClient) -> None:
    first = await client.get("/openapi.json")
    assert first.headers["cache-control"] == "no-cache"
    for known in (first.headers["etag"], first.headers["etag"].removeprefix("W/"), f'"x", {first.headers["etag"]}', "*"):
        again = await client.get("/openapi.json", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.headers["etag"] == first.headers["etag"]
        assert again.content == b""
    assert (await client.get("/openapi.json", headers={"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.threat(26)
@pytest.mark.parametrize("path", ["/", "/login", "/leads", "/leads/17", "/trash", "/settings"])
async def test_the_dashboard_is_strict_about_what_it_loads(client: httpx.AsyncClient, path: str) -> None:
    nonces = set()
    for _ in range(2):
        answer = await client.get(path)
        found = page(answer)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        (meta,) = found.all("meta", name="csp-nonce")
        assert len(meta["content"]) >= 20
        nonces.add(meta["content"])
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": f"'self' 'nonce-{meta['content']}'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": "'self'",
            "form-action": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert answer.headers["cache-control"] == "no-store"
        assert all(element.get("src") and not element["text"].strip() for element in found.all("script"))
        assert all(address.startswith("/") and not address.startswith("//") for address in found.addresses())
    assert len(nonces) == 2, "each answer has its own"


async def test_the_dashboards_files_are_kept_for_ever(client: httpx.AsyncClient) -> None:
    files = [address for address in page(await client.get("/")).addresses() if address.startswith("/assets/")]
    assert {address.rpartition(".")[2] for address in files} == {"js", "css", "svg"}
    for address in files:
        plain = await client.get(address, headers={"Accept-Encoding": "identity"})
        assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await client.get(address, headers={"If-None-Match": plain.headers["etag"]})).status_code == 304
        for coding in ("br", "gzip"):
            small = await client.get(address, headers={"Accept-Encoding": coding})
            assert small.headers["content-encoding"] == coding
            assert small.headers["vary"] == "Accept-Encoding"
            assert len(small.content) > 0
            head = await client.head(address, headers={"Accept-Encoding": coding})
            assert int(head.headers["content-length"]) < len(plain.content) or len(plain.content) < 400


@pytest.mark.parametrize(
    "path",
    ["/leads/x", "/leads/17/notes", "/login/x", "/assets/index.html", "/assets/../index.html", "/assets/%2e%2e/index.html"],
)
async def test_nothing_else_is_the_dashboard(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(path), 404)


def test_the_dashboard_has_these_addresses_and_no_other() -> None:
    written = re.findall(r': "(/[^"]*)"', (WEB / "src" / "lib" / "routes.ts").read_text())
    assert [path.replace(":id", r"<lead_id:\d{1,18}>") for path in written] == list(DASHBOARD_PATHS)


async def test_it_says_when_the_dashboard_is_not_built(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.routes.site.DASHBOARD", None)
    answer = await client.get("/")
    page(answer, 503)
    assert "not built" in answer.text
    assert (await client.get("/forms/contact")).status_code == 200


async def test_a_plain_form_sent_twice_arrives_once(client: httpx.AsyncClient, owner: psycopg.Connection[Any]) -> None:
    """A double click, or the thank-you page loaded again; who goes back and changes something has sent another."""
    (key,) = (e["value"] for e in page(await client.get("/forms/contact")).all("input", name="_idempotency_key"))
    other_page = page(await client.get("/forms/contact"))
    assert [e["value"] for e in other_page.all("input", name="_idempotency_key")] != [key]
    typed = {"name": "Ann", "email": "twice@example.com", "subject": "Hello", "message": "Once", "_idempotency_key": key}

    async def reference(**changed: str) -> str:
        answer = await client.post("/api/submit-contact", data=typed | changed, headers=BROWSER)
        (shown,) = (e["text"] for e in page(answer, 201).all("code"))
        return str(shown)

    first = await reference()
    assert await reference() == first
    assert await reference(message="Changed") != first
    assert await reference(_idempotency_key="") != first
    assert await reference(_idempotency_key="x" * 500) != first
    count = owner.execute("SELECT count(*) FROM contact_leads WHERE email = 'twice@example.com'").fetchone()
    assert count == (4,)
    # A form that is shown again, since something is wrong with it, is still the same one.
    again = page(await client.post("/api/submit-contact", data=typed | {"email": "x"}, headers=BROWSER), 422)
    assert [e["value"] for e in again.all("input", name="_idempotency_key")] == [key]


def test_a_page_shows_every_field_but_source() -> None:
    assert {field.name for field in ON_PAGE} == {field.name for field in FIELDS} - {"source"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
async def test_every_field_has_a_label_and_its_bounds(client: httpx.AsyncClient, form: Form) -> None:
    found = page(await client.get(f"/forms/{form.slug}"))
    (sent,) = found.all("form")
    assert (sent["method"], sent["action"]) == ("post", form.path)
    for field in ON_PAGE:
        control = found.control(field.name)
        (label,) = found.all("label", **{"for": control["id"]})
        required = field.name in form.required
        assert label["text"].split() == [*field.label.split(), "required" if required else "optional"]
        assert ("required" in control) is required
        assert control["maxlength"] == str(field.length)
        assert control["tag"] == ("textarea" if field.lines else "input")
    assert next(found.all("label", **{"for": "consent"}))["text"]
    kinds = {name: (found.control(name).get("type"), found.control(name).get("autocomplete")) for name in LABELS}
    assert kinds["name"] == ("text", "name")
    assert kinds["email"] == ("email", "email")
    assert kinds["phone"] == ("tel", "tel")
    assert kinds["company"] == ("text", "organization")
    assert kinds["consent"] == ("checkbox", None)


async def test_an_unknown_form_is_a_problem(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/forms/nope"), 404)["code"] == "not_found"


@pytest.mark.threat(26)
async def test_what_a_link_carries_comes_along(client: httpx.AsyncClient) -> None:
    carried = {
        "utm_source": PAYLOAD, "utm_medium": "a\x00\n b", "utm_id": "x" * 500, "source": "advert",
        "_next": "/thanks?a=1&b=2", "name": "not this", "status": "nor this", "other": "nor that", "_other": "nor that",
    }  # fmt: skip
    answer = await client.get("/forms/contact", params=carried)
    assert dict(page(answer).hidden()) == {
        "utm_source": PAYLOAD,
        "utm_medium": "a b",
        "utm_id": "x" * 200,
        "source": "advert",
        "_next": "/thanks?a=1&b=2",
    }
    assert "<script>" not in answer.text
    assert page(await client.get("/forms/contact", params={"_next": "/" + "x" * MAX_NEXT_CHARACTERS})).hidden() == []


@pytest.mark.threat(26)
async def test_everything_typed_comes_back_as_text(client: httpx.AsyncClient) -> None:
    typed = {field.name: PAYLOAD for field in FIELDS} | {
        "message": f"\n\n{PAYLOAD}\n",
        "consent": "on",
        "utm_source": PAYLOAD,
        "_next": f"/{PAYLOAD}",
        "budget": PAYLOAD,
        PAYLOAD: PAYLOAD,
    }
    answer = await client.post("/api/submit-contact", data=typed, headers=BROWSER)
    assert "<script>" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    found = page(answer, 422)
    assert next(found.all("title"))["text"] == "Not sent yet: Contact"
    for field in ON_PAGE:
        control = found.control(field.name)
        # A parser drops the line break that follows <textarea>, and only that one.
        assert (control["text"].removeprefix("\n") if field.lines else control["value"]) == typed[field.name]
    assert "checked" in found.control("consent")
    assert dict(found.hidden()) == {name: typed[name] for name in ("source", "utm_source", "_next", "budget", PAYLOAD)}
    assert [name for name in LABELS if "aria-invalid" in found.control(name)] == ["email"]


async def test_wrong_fields_are_named_at_the_top_and_marked(client: httpx.AsyncClient) -> None:
    typed = {"email": "jane", "message": "x", "subject": "x" * 301, "consent": "perhaps", "id": "7", "utm_id": "y" * 201}
    found = page(await client.post("/api/submit-contact", data=typed, headers=BROWSER), 422)
    (summary,) = found.all("div", role="alert")
    lines = [element["text"] for element in found.all("li")]
    assert lines == [
        "Your name must be filled in.",
        "E-mail address must look like jane@example.com.",
        "Subject can have at most 300 characters; it has 301.",
        "Consent must be true or false.",
        "utm_id can have at most 200 characters; it has 201.",
        "id is set by the service, not by a form.",
    ]
    assert all(line in summary["text"] for line in lines)
    links = [link for link in found.all("a") if link["href"].startswith("#")]
    for link in links:
        control = found.control(link["href"].removeprefix("#"))
        assert control["aria-invalid"] == "true"
        (told,) = (element for element in found.elements if element.get("id") == control["aria-describedby"])
        assert told["text"].casefold() in link["text"].casefold()
    assert len(links) == 4
    # What was refused and can't be seen does not come again: the visitor could never get rid of it.
    assert found.hidden() == []


async def test_hidden_fields_of_another_site_survive_a_mistake(client: httpx.AsyncClient) -> None:
    extras = {f"extra{number}": "x" for number in range(25)}
    typed = {"name": "Jane", "interest": ["a", "b"], "long" * 30: "x", "_private": "x", **extras}
    found = page(await client.post("/api/v1/request-cv", data=typed, headers=BROWSER), 422)
    hidden = found.hidden()
    assert hidden[:2] == [("interest", "a"), ("interest", "b")]
    again = {"name": "Jane", "email": "jane@example.com"} | dict(hidden[2:])
    page(await client.post("/api/v1/request-cv", data=again, headers=BROWSER), 201)


async def test_a_doubled_field_keeps_what_was_typed_first(client: httpx.AsyncClient) -> None:
    found = page(await client.post("/api/v1/request-cv", data={"name": ["Jane", "Joe"]}, headers=BROWSER), 422)
    assert found.control("name")["value"] == "Jane"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
async def test_a_page_can_be_filled_in_and_sent(client: httpx.AsyncClient, form: Form, urls: Urls) -> None:
    """As a browser does it: every control of the page, encoded as the page says, up to all that fits in it."""
    found = page(await client.get(f"/forms/{form.slug}", params={"utm_source": "news"}))
    (sent,) = found.all("form")
    assert sent["enctype"] == "multipart/form-data"
    # Three bytes each, nine when percent-encoded: an urlencoded form would be over the 64 KB of a request.
    typed = {field.name: "漢" * field.length for field in ON_PAGE} | {
        "email": "jane@example.com",
        "phone": "+41 1",
        "consent": "true",
    }
    parts = {name: (None, value.replace("\n", "\r\n")) for name, value in [*found.hidden(), *typed.items()]}
    answer = await client.post(sent["action"], files=parts, headers=BROWSER)
    thanks = page(answer, 201)
    assert answer.headers["cache-control"] == "no-store"
    (reference,) = thanks.all("code")
    with psycopg.connect(urls.superuser) as superuser:
        stored = superuser.execute(
            "SELECT lead_type::text, name, message, source, consent FROM contact_leads WHERE reference = %s",
            (reference["text"],),
        ).fetchone()
    assert stored == (form.lead_type, typed["name"], typed["message"], "news", True)


async def test_a_redirect_after_the_form_is_in_its_policy(urls: Urls) -> None:
    """Chromium holds what a form's answer redirects to to form-action as well."""
    origins = frozenset({"https://www.example.com"})
    async with running_site(urls, redirect_origins=origins) as site, httpx.AsyncClient(base_url=site.url) as client:
        answer = await client.get("/forms/contact")
    assert "form-action 'self' https://www.example.com;" in answer.headers["content-security-policy"]


@pytest.mark.threat(26)
def test_templates_escape(site: Site) -> None:
    environment = site.app.ext.environment
    assert environment.list_templates()
    assert all(environment.autoescape(name) for name in environment.list_templates())
