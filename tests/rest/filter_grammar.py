"""Random queries in the filters' language, half right and half an attack, and what an answer to any of them must be.

Shared by tests/rest/test_fuzz_filters.py, which is short, and scripts/fuzz, which is long.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from hypothesis import strategies as st

# A statement ends after 4 s, and then it is a 503.
BOUND_SECONDS = 6.0
# Sanic takes 8 KB of head.
MAX_QUERY = 5_000

COLUMNS = (
    "id reference name email subject message company phone lead_type status priority metadata created_at tags contact_history "
    "follow_up_date quality_score consent is_spam deleted_at version search"
).split()
FOREIGN = (
    "password_hash app.users users.password_hash app.audit_log pg_catalog.pg_authid rolpassword ctid xmin tableoid oid "
    "contact_leads.* l.* leads current_user session_user version() pg_sleep(9)"
).split()
RELATIONS = (
    "leads leads leads leads users app.users audit_log app.audit_log api_keys sessions contact_leads public.contact_leads pg_authid pg_shadow "
    'pg_stat_activity pg_catalog.pg_authid information_schema.tables leads;select leads%22 leads%00 ..%2fleads %2e%2e leads" -'
).split()
PROFILES = ("api", "stats", "app", "service", "public", "pg_catalog", "information_schema", 'api"', "api,app", "")
OPERATORS = (
    "eq neq gt gte lt lte like ilike match imatch is in isdistinct fts plfts phfts wfts cs cd ov sl sr nxr nxl adj "
    "eq(any) like(all) ilike(any) match(any) gte(all) fts(english) wfts(simple) fts(pg_catalog.english) fts(app.leads) isnot notin"
).split()
# Which text takes whatever it is compared with.
TEXT_COLUMNS = "name email subject message company phone role source internal_notes metadata->>page metadata->utm->>'".split()
TEXT_OPERATORS = "eq neq gt lte like ilike plfts phfts wfts isdistinct not.eq not.ilike not.wfts(simple)".split()
TYPES = (
    "text int4 integer numeric date timestamptz jsonb regclass regrole regproc oid name pg_catalog.text app.user_role "
    'varchar(9) xml text[] record unknown cstring "text" text||version()'
).split()
FRAGMENTS = [
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    ";",
    "--",
    "/*",
    "$$",
    "$1",
    "%s",
    "{0}",
    "*",
    "%",
    "' or ''='",
    "1 or 1=1",
    "') or 1=1--",
    "'; drop table app.users--",
    "' union select password_hash from app.users--",
    "(select password_hash from app.users limit 1)",
    "(select rolpassword from pg_authid limit 1)",
    "'||(select pg_sleep(9))||'",
    "cast((select username from app.users limit 1) as int)",
    "to_tsquery('a')",
    "query_to_xml('select * from app.users',true,true,'')",
    "pg_read_file('/etc/passwd')",
    "{}",
    "{NULL}",
    '{"a":{"b":1}}',
    '{"a":"\\u0000"}',
    "[1,2)",
    "[,]",
    "[2026-01-01,2025-01-01)",
    "a:*b",
    "!",
    "a & | b",
    "<->",
    "(?=a)",
    "(a+)+$",
    "[[:alpha:]",
    "a{65536}",
    "\\y\\M",
    "now",
    "infinity",
    "epoch",
    "-infinity",
    "294277-01-01",
    "4713-01-01 BC",
    "2026-02-30",
    "0x10",
    "1e400",
    "-0",
    "NaN",
    "true",
    "null",
    "not_null",
    "unread",
    "contact",
    "\t",
    "\r\nX: y",
    "\u202e",
    "\ufeff",
    "e\u0301",
    "İ",
    "😀",
    "\x7f",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = st.sampled_from(FRAGMENTS) | TEXT | st.integers(-(10**30), 10**30).map(str) | st.floats().map(str) | st.uuids().map(str)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


WRITTEN = WORDS | WORDS.map(_quoted)
KEYS = st.sampled_from(["page", "utm", "0", "-1", "99999999999", "extra", "'", '"a"']) | WRITTEN
STEPS = st.lists(st.tuples(st.sampled_from(["->", "->>"]), KEYS).map("".join), max_size=3).map("".join)
NAMES = st.builds(str.__add__, st.sampled_from(COLUMNS), STEPS) | st.sampled_from(FOREIGN) | WRITTEN
LISTS = st.lists(WRITTEN, max_size=5).map(lambda items: f"({','.join(items)})")
ARRAYS = st.lists(WRITTEN, max_size=4).map(lambda items: f"{{{','.join(items)}}}")
VALUES = WRITTEN | LISTS | ARRAYS
NEGATIONS = st.sampled_from(["", "not."])
COMPARED = st.builds(lambda *parts: "{}{}.{}".format(*parts), NEGATIONS, st.sampled_from(OPERATORS), VALUES)
LEAVES = st.builds(lambda name, compared: f"{name}.{compared}", NAMES, COMPARED) | WRITTEN
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda word, members: f"{word}({','.join(members)})",
        st.sampled_from(["and", "or", "not.and", "not.or"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
SELECTED = st.builds(
    lambda alias, name, cast: f"{alias}{name}{cast}",
    st.just("") | WRITTEN.map(lambda text: f"{text}:"),
    NAMES | st.sampled_from(["*", "count()", "id.sum()", "users(*)", "...users(password_hash)"]),
    st.just("") | st.sampled_from(TYPES).map(lambda name: f"::{name}"),
)
DIRECTIONS = st.sampled_from(["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst", ".asc.x", ";", " desc"])
ORDERED = st.builds(str.__add__, NAMES, DIRECTIONS)
NUMBERS = st.sampled_from(["0", "1", "5", "-1", "1000000001", "99999999999999999999", "1e3", "1;select 1", ""]) | WORDS
GROUPS = st.lists(TREES, max_size=4).map(lambda items: f"({','.join(items)})")
SOUND_STEPS = st.lists(st.sampled_from(["->a", "->>page", "->0", "->utm", "->>-1"]), max_size=2).map("".join)
SOUND_NAMES = st.builds(str.__add__, st.sampled_from(COLUMNS[:-1]), SOUND_STEPS)
SOUND_CASTS = st.sampled_from(["", "", "", "::text", "::int4", "::date", "::jsonb", "::uuid"])
TEXT_FILTERS = st.tuples(
    st.sampled_from(TEXT_COLUMNS),
    st.builds(lambda operator, value: f"{operator}.{value}", st.sampled_from(TEXT_OPERATORS), WRITTEN),
)
PLAIN = st.one_of(
    TEXT_FILTERS,
    TEXT_FILTERS,
    st.tuples(st.just("select"), st.builds(str.__add__, SOUND_NAMES, SOUND_CASTS)),
    st.tuples(st.just("order"), SOUND_NAMES),
    st.tuples(SOUND_NAMES, st.sampled_from(["is.null", "not.is.null", "eq.1", "in.(1,a)"])),
)
WILD = st.one_of(
    st.tuples(NAMES, COMPARED | VALUES),
    st.tuples(st.sampled_from(["or", "and", "not.or", "not.and"]), GROUPS),
    st.tuples(st.just("select"), st.lists(SELECTED, max_size=4).map(",".join)),
    st.tuples(st.just("order"), st.lists(ORDERED, max_size=3).map(",".join)),
    st.tuples(st.sampled_from(["limit", "offset"]), NUMBERS),
    st.tuples(st.sampled_from(["q", "view", "cursor", "format", "raw", "_x", "columns", "on_conflict"]), VALUES),
)
# One wild parameter spoils the rest, so that many queries have none, and get as far as PostgreSQL.
PAIRS = st.builds(list.__add__, st.lists(PLAIN, max_size=3, unique_by=lambda pair: pair[0]), st.lists(WILD, max_size=1))
PATHS = st.sampled_from(["/admin/leads", "/admin/leads/search", "/admin/leads/export"]) | st.sampled_from(RELATIONS).map(
    lambda name: f"/rest/{name}"
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from(["text/csv", "application/vnd.pgrst.object+json", "text/html;q=x", "*/*"]),
        "Accept-Profile": st.sampled_from(PROFILES),
        "Prefer": st.sampled_from(["count=exact", "count=planned", "count=estimated", "handling=strict,x=y", "count='"]),
        "Range": st.sampled_from(["0-4", "5-1", "0-99999999999999999999", "a-b", "-"]),
    },
)


@dataclass(frozen=True)
class Attempt:
    """A request. `query` is percent-encoded."""

    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def may_be_slow(self) -> bool:
        """Whether it holds a regular expression: PostgreSQL can take for ever over one, and is stopped then."""
        return "match" in self.query


def _written(pairs: list[tuple[str, str]], *, safe: str) -> str:
    return "&".join(f"{quote(name, safe=safe)}={quote(value, safe=safe)}" for name, value in pairs)[:MAX_QUERY]


# The second way leaves `&`, `=` and `%` as they are, so that a value can end its parameter, or be no UTF-8.
QUERIES = st.builds(_written, PAIRS, safe=st.just(".,():*")) | st.builds(
    lambda pairs, broken: _written(pairs, safe="&=+.,():*'\"->") + broken,
    PAIRS,
    st.sampled_from(["", "", "", "%", "%ff", "%00", "&&=", "=%C3", "&or=((((", "&select"]),
)


def _attempt(path: str, query: str, headers: dict[str, str]) -> Attempt:
    # A search without words is refused before its filters are looked at.
    words = "q=a&" if path.endswith("/search") else ""
    return Attempt(path, f"{words}{query}", headers if path.startswith("/rest/") else {})


ATTEMPTS = st.builds(_attempt, PATHS, QUERIES, HEADERS)


def wrong(
    attempt: Attempt, status: int, headers: Mapping[str, str], body: bytes, seconds: float, canaries: Iterable[str]
) -> str:
    """What is wrong with an answer, as a sentence; empty when it is as it must be.

    It is 200, 206 or 4xx, in time, of the shape of its endpoint, and holds no canary. A regular expression may end in a 503.
    """
    text = body.decode(errors="replace")
    kind = headers.get("content-type", "").partition(";")[0]
    rest = attempt.path.startswith("/rest/")
    if seconds > BOUND_SECONDS:
        return f"answered after {seconds:.1f} s"
    if leaked := [canary for canary in canaries if canary in text or any(canary in value for value in headers.values())]:
        return f"the answer holds {leaked[0]}"
    if status >= 500 and not (status == 503 and attempt.may_be_slow):
        return f"status {status}: {text[:500]}"
    try:
        if status in (200, 206):
            return _rows_wrong(kind, text)
        return _refusal_wrong(status, kind, text, rest=rest)
    except ValueError as error:
        return f"the body can't be read: {error}: {text[:500]}"


def _rows_wrong(kind: str, text: str) -> str:
    if kind == "text/csv":
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    elif kind == "application/x-ndjson":
        for line in text.splitlines():
            json.loads(line)
    elif kind in ("application/json", "application/vnd.pgrst.object+json"):
        json.loads(text)
    else:
        return f"a success of type {kind}"
    return ""


def _refusal_wrong(status: int, kind: str, text: str, *, rest: bool) -> str:
    allowed = {400, 404, 406, 416, 503} if rest else {400, 503}
    if status not in allowed:
        return f"status {status}: {text[:500]}"
    fields = set(json.loads(text))
    if rest and kind == "application/json" and fields == {"code", "message", "details", "hint"}:
        return ""
    if not rest and kind == "application/problem+json" and {"type", "title", "status", "detail", "code", "errors"} <= fields:
        return ""
    return f"a refusal of another shape, {kind}: {text[:500]}"
