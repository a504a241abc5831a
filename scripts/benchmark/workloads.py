"""What is measured, and beside what. The workloads of a group take turns, so that a ratio is of neighbours in time."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from urllib.parse import quote

from edits import STATUSES, Edits
from listeners import Listeners
from pages import Pages
from stack import BenchError, Served, Service, Stack, load

CONNECTIONS = 16
PAGE = 50
BULK = 1_000  # leads changed by one request
BULK_CONNECTIONS = 4  # more would wait for one another: the service lets two a worker change so many
BULK_BY_FILTER = 100_000
EDITED = 50  # leads that one connection changes, one after the other
DEEP = 200  # the page asked for by cursor and by offset
TRENDS = ("24h", "7d", "30d", "90d", "12m")
LARGEST_PAINT_MS = 1_000
FRAME_MS = 20  # 50 a second
STALL_SECONDS = 3.0
LISTENERS = 1_000
ANSWERED = 50  # forms whose answers are waited for, one after the other
MAILS = 50_000  # queued at once
MAIL_PATIENCE_SECONDS = 900
HEARD = 20  # writes that they hear of
WARM_SECONDS = 0.2  # until every worker has its connections, and each its statement prepared

INBOX = "deleted_at IS NULL AND NOT is_spam"
NEWEST = "ORDER BY created_at DESC, id DESC"
FORM = {
    "name": "Jane Doe",
    "email": "jane.doe@example.com",
    "subject": "A question about your work",
    "message": "Hello,\n\nI came across your article on event-driven systems and would like to ask how you test them. " * 3,
    "company": "Example Ltd",
}
MANY_CONNECTIONS = 64
CAPTURE = f"""SELECT service.capture_lead('contact', '{json.dumps(FORM)}', '{{"ip_address": "127.0.0.1"}}', NULL);""".replace(
    "\\n", " "
)
# Query strings; the vocabulary is that of fill.sql.
SEARCHES = {
    "rare word": "q=zeppelin",
    "word in 1 %": "q=kubernetes",
    "word in 20 %": "q=website",
    "word in half of all": "q=project",
    "two words": "q=kubernetes+project",
    "two common words": "q=website+project",
    "rare name, a slip": "q=Quilfeather",
    "common name, a slip": "q=Schmitd",
    "fragment of a rare name": "q=illfeath",
    "fragment of a common one": "q=orthwin",
    "found nowhere": "q=xylophonist",
    "word in 20 %, filtered": "q=website&status=eq.processing",
}


@dataclass(frozen=True)
class Sample:
    """One measurement: answers per second or, of what is done as a whole, seconds. Latencies in ms, `refused` answers besides.

    CPU time per answer in us: of the service, of PostgreSQL, of the load generator.
    """

    value: float
    p50: float | None = None
    p95: float | None = None
    refused: float = 0
    answers: int = 0
    service_us: float | None = None
    postgres_us: float | None = None
    client_us: float | None = None


@dataclass(frozen=True)
class Workload:
    """`against` names the workload of the same group it is compared with; `aim` is the share of that to be reached.

    `limit_ms` is the aim for the median latency instead. `unit`: "/s" (more is better) or "s". `warm` is called once before.
    `once`: it has its turn after all rounds, and no other.
    """

    name: str
    run: Callable[[], Sample]
    against: str = ""
    aim: float | None = None
    limit_ms: float | None = None
    unit: str = "/s"
    warm: Callable[[], object] = bool
    once: bool = False


@dataclass(frozen=True)
class Group:
    """Workloads in the order in which they take turns, and what `once` finds out after them, in sentences."""

    name: str
    workloads: list[Workload]
    once: Callable[[], list[str]] = list
    seconds: float = field(default=0, kw_only=True)  # that a round takes, about


class Bench:
    """The workloads over a filled stack of `rows` leads."""

    def __init__(self, stack: Stack, service: Service, bare: Served, rows: int, seconds: float, *, redis: bool = False) -> None:
        """`redis`: whether the service has one to count by."""
        self._stack, self._service, self._bare, self._rows, self._seconds = stack, service, bare, rows, seconds
        self._redis = redis

    def groups(self) -> dict[str, Callable[[], Group]]:
        """By name, in order; each is prepared when it is called. Those that write come last."""
        return {
            "list": self._lists,
            "deep": self._deep_pages,
            "lead": self._one_lead,
            "kpis": self._kpis,
            "pages": self._pages,
            "search": self._searches,
            "memory": self._memory,
            "events": self._events,
            "mail": self._mail,
            "guards": self._guards,
            "export": self._exports,
            "form": self._form,
            "figures": self._figures,
            "status": self._status,
            "bulk": self._bulk,
        }

    def _lists(self) -> Group:
        pairs = [
            ("newest first", "", INBOX, 0.8),
            ("by status", "?status=eq.contacted", f"{INBOX} AND status = 'contacted'", 0.8),
            ("by company, counted", "?company=ilike.*gmbh*", f"{INBOX} AND company ILIKE '%gmbh%'", None),
            ("the trash", "?view=trash", "deleted_at IS NOT NULL", 0.8),
        ]
        workloads = []
        for name, query, where, aim in pairs:
            workloads += [
                self._http(name, f"/admin/leads{query}", f"SQL, {name}", aim),
                self._pgbench(f"SQL, {name}", page_sql(where)),
            ]
        return Group("list", workloads)

    def _deep_pages(self) -> Group:
        page = min(DEEP, self._rows // PAGE // 2)
        skipped = (page - 1) * PAGE
        cursor, left = None, skipped
        while left:
            limit = min(left, 500)
            after = f"&cursor={cursor}" if cursor else ""
            cursor = self._service.json("GET", f"/admin/leads?limit={limit}{after}")["next"]
            left -= limit
        place = self._stack.sql(
            "SELECT format('(%L::timestamptz, %s)', created_at, id) FROM contact_leads"
            f" WHERE {INBOX} {NEWEST} LIMIT 1 OFFSET {skipped - 1}"
        )
        keyset = page_sql(f"{INBOX} AND (created_at, id) < {place}")
        return Group(
            "deep",
            [
                self._http(f"page {page} by cursor", f"/admin/leads?cursor={cursor}", "SQL, keyset", 0.8),
                self._pgbench("SQL, keyset", keyset),
                self._http(f"page {page} by offset", f"/admin/leads?offset={skipped}", "SQL, offset"),
                self._pgbench("SQL, offset", page_sql(INBOX, f"OFFSET {skipped}")),
            ],
        )

    def _one_lead(self) -> Group:
        lead = self._rows // 2
        return Group(
            "lead",
            [
                self._http("one lead", f"/admin/leads/{lead}", "SQL, one lead", 0.2),
                self._pgbench("SQL, one lead", f"SELECT row_to_json(l) FROM contact_leads AS l WHERE id = {lead};"),
                self._bare_sanic("bare Sanic, 1 KB", 1_000),
                self._bare_sanic("bare Sanic, 57 KB", 57_000),
            ],
        )

    def _memory(self) -> Group:
        """What is unchanged, asked again: with the ETag at hand, and without."""
        etag = self._service.etag("/admin/leads")
        poll = self._service.request("GET", "/admin/leads", headers={"If-None-Match": etag})
        bare = b"GET /unchanged HTTP/1.1\r\nHost: localhost\r\n\r\n"

        def ask(seconds: float = self._seconds) -> Sample:
            return self._load(self._service, [[poll]], seconds=seconds)

        return Group(
            "memory",
            [
                Workload("poll, unchanged", ask, "bare Sanic, 304", 0.8, warm=lambda: ask(WARM_SECONDS)),
                Workload("bare Sanic, 304", lambda: self._load(self._bare, [[bare]])),
                self._http("list, unchanged", "/admin/leads", "bare Sanic, 57 KB", 0.6),
                self._bare_sanic("bare Sanic, 57 KB", 57_000),
            ],
        )

    def _events(self) -> Group:
        """How soon a write is heard of, by many."""
        lead = self._rows // 2

        def hear() -> list[str]:
            count = min(LISTENERS, self._rows // 10)
            with self._service.watching_memory() as memory, Listeners(self._service, count) as listeners:
                delays = []
                for turn in range(HEARD):
                    began = time.perf_counter()
                    self._service.json("PATCH", f"/admin/leads/{lead}/quality-score", {"quality_score": turn})
                    delays += [heard - began for heard in listeners.hear()]
                    time.sleep(0.1)
            delays.sort()
            p50, p99 = (delays[int(len(delays) * share)] * 1000 for share in (0.5, 0.99))
            return [
                f"A write was heard of by {count:,} listeners, from its request on: {p50:.0f} ms at the median, {p99:.0f} at "
                f"p99, {delays[-1] * 1000:.0f} at most. The largest worker's memory went from {memory.before:.0f} to "
                f"{memory.peak:.0f} MB."
            ]

        return Group("events", [], hear, seconds=5)

    def _mail(self) -> Group:
        """From a form to the hand-over of its answer; and how a long queue drains, into the mailbox."""

        def took() -> list[str]:
            for number in range(ANSWERED):
                self._service.json("POST", "/api/submit-contact", {**FORM, "email": f"bench{number}@example.com"})
                time.sleep(0.05)
            ours = "kind = 'acknowledgement' AND recipient LIKE 'bench%@example.com'"
            self._until(f"SELECT count(*) FROM app.outbox WHERE {ours} AND state = 'sent'", ANSWERED)
            waits = self._stack.sql(
                "SELECT array_agg(ms ORDER BY ms) FROM (SELECT 1000 * extract(epoch FROM ended_at - created_at)::float AS ms"
                f" FROM app.outbox WHERE {ours}) AS w",
                superuser=True,
            )
            return [
                "From the moment that a form is stored to the hand-over of its answer to the mailbox, "
                f"{ANSWERED} forms one after the other: {waits[len(waits) // 2]:.0f} ms at the median, {waits[-1]:.0f} at most."
            ]

        def drained() -> list[str]:
            count = min(MAILS, self._rows)
            queued = (
                "WITH made AS (INSERT INTO app.outbox (kind, occasion, lead_id, recipient)"
                " SELECT 'acknowledgement', 'bench ' || id, id, 'drain' || id || '@example.com' FROM contact_leads"
                f" WHERE {INBOX} ORDER BY id LIMIT {count} RETURNING 1) SELECT count(*) FROM made"
            )
            count = self._stack.sql(queued, superuser=True)
            began = time.perf_counter()
            with self._service.watching_memory() as memory:
                sent = "SELECT count(*) FROM app.outbox WHERE occasion LIKE 'bench %' AND state = 'sent'"
                # A warmed-up worker's memory: what a tenth of them takes is no growth.
                self._until(sent, count // 10)
                warm = memory.peak
                self._until(sent, count)
            seconds = time.perf_counter() - began
            tenth = (
                "SELECT count(*) / greatest(extract(epoch FROM max(ended_at) - min(ended_at)), 0.001)::float"
                " FROM (SELECT ended_at, ntile(10) OVER (ORDER BY ended_at) AS part FROM app.outbox"
                " WHERE occasion LIKE 'bench %') AS m WHERE part = {}"
            )
            first, last = (self._stack.sql(tenth.format(part), superuser=True) for part in (1, 10))
            return [
                f"{count:,} mails, queued at once, were in the mailbox after {seconds:.0f} s: {count / seconds:,.0f} a second, "
                f"of the first tenth {first:,.0f}, of the last {last:,.0f}. The largest worker's memory was {warm:.0f} MB "
                f"after a tenth of them, {memory.peak:.0f} at most."
            ]

        return Group("mail", [], lambda: [*took(), *drained()], seconds=100)

    def _until(self, query: str, count: int) -> None:
        """Waits until the query counts so many."""
        deadline = time.monotonic() + MAIL_PATIENCE_SECONDS
        while self._stack.sql(query, superuser=True) < count:
            if time.monotonic() > deadline:
                raise BenchError(f"not within {MAIL_PATIENCE_SECONDS} s: {query}")
            time.sleep(0.2)

    def _guards(self) -> Group:
        """One lead, and a route that does nothing, with all that stands before them, and without some of that (guarded.py)."""
        lead = f"/admin/leads/{self._rows // 2}"
        workloads = [
            self._http("one lead, limits", lead, "one lead, no limits", 0.95),
            self._http("one lead, no limits", f"{lead}?_uncounted"),
            self._http("limits", "/bench/all", "no limits"),
            self._http("no limits", "/bench/uncounted", "no guards"),
            self._http("metrics", "/bench/all", "no metrics", 0.95),
            self._http("no metrics", "/bench/unmeasured", "no guards"),
            self._http("all guards", "/bench/all", "no guards"),
            self._http("no guards", "/bench/none"),
        ]
        if self._redis:
            workloads += [
                self._http("limits, by Redis", "/bench/shared", "none, beside Redis"),
                self._http("none, beside Redis", "/bench/uncounted"),
            ]
        return Group("guards", workloads, lambda: [] if self._redis else ["There is no Redis on this machine to count by."])

    def _kpis(self) -> Group:
        trends = "/admin/leads/trends?time_zone=Europe/Berlin&period="
        return Group(
            "kpis",
            [
                self._http("KPIs", "/admin/leads/stats"),
                *(self._http(f"trends, {name}, 1 connection", trends + name, connections=1) for name in TRENDS),
                self._http("choices, 1 connection", "/admin/leads/choices", connections=1),
            ],
        )

    def _pages(self) -> Group:
        """The dashboard, as a browser shows it."""
        pages = Pages(self._service)

        def painted(name: str, path: str, *, again: bool = False) -> Workload:
            def run() -> Sample:
                ms = pages.largest_paint(path, again=again)
                return Sample(ms / 1000, p50=ms)

            return Workload(name, run, limit_ms=LARGEST_PAINT_MS, unit="s")

        passed: list[int] = []

        def scroll() -> Sample:
            rate, p50, p95, rows = pages.scroll(max(1.0, self._seconds))
            passed.append(rows)
            return Sample(rate, p50, p95)

        def ended() -> list[str]:
            code, data = pages.first_load("/leads")
            pages.close()
            return [
                f"A first visit of the leads takes {code / 1000:,.0f} kB of files, and {data / 1000:,.0f} of leads.",
                f"Scrolling passed {max(passed):,} rows in {max(1.0, self._seconds):g} s, fetching them by the hundred.",
            ]

        workloads = [
            painted("log in, first visit", "/login"),
            painted("overview, first visit", "/"),
            painted("leads, first visit", "/leads"),
            painted("leads, again", "/leads", again=True),
            Workload("frames while scrolling", scroll, limit_ms=FRAME_MS),
        ]
        return Group("pages", workloads, ended)

    def _searches(self) -> Group:
        # Left to itself the planner reads the leads backwards until it has found fifty.
        plain = (
            "WITH found AS MATERIALIZED (SELECT lead_id FROM app.lead_search WHERE document @@ 'zeppelin'::tsquery)"
            " SELECT json_agg(row_to_json(f)) FROM (SELECT l.* FROM contact_leads AS l JOIN found ON found.lead_id = l.id"
            f" WHERE {INBOX} ORDER BY l.id DESC LIMIT {PAGE}) AS f;"
        )
        workloads = [self._pgbench("SQL, rare word", plain)]
        for name, query in SEARCHES.items():
            against = "SQL, rare word" if name == "rare word" else "rare word"
            workloads.append(self._http(name, f"/admin/leads/search?{query}", against))
        for name, query in SEARCHES.items():
            against = "" if name == "rare word" else "rare word, 1 connection"
            workloads.append(
                self._http(f"{name}, 1 connection", f"/admin/leads/search?{query}", against, connections=1, limit_ms=10)
            )
        return Group("search", workloads)

    def _exports(self) -> Group:
        leads = f"SELECT * FROM contact_leads WHERE {INBOX} {NEWEST}"
        rows = f"SELECT row_to_json(l) FROM ({leads}) AS l"
        workloads = [
            self._download("CSV", "csv", 0.8, "psql, CSV"),
            Workload("psql, CSV", lambda: Sample(self._stack.copy_out(leads, "csv header")), unit="s"),
            self._download("JSON", "json", 0.75, "psql, JSON"),
            self._download("NDJSON", "ndjson", 0.75, "psql, JSON"),
            Workload("psql, JSON", lambda: Sample(self._stack.copy_out(rows)), unit="s"),
        ]

        def memory() -> list[str]:
            sentences = []
            stalled = min(STALL_SECONDS, 5 * self._seconds)
            for name, stall in (("a fast reader", 0.0), (f"a reader who stops for {stalled:.0f} s", stalled)):
                with self._service.watching_memory() as memory:
                    _, size = self._service.download("/admin/leads/export?format=csv", stall=stall)
                sentences.append(
                    f"Export of {size / 1e6:,.0f} MB of CSV to {name}: the largest worker's memory went from "
                    f"{memory.before:.0f} to {memory.peak:.0f} MB at most."
                )
            return sentences

        return Group("export", workloads, memory, seconds=self._rows * 65e-6)

    def _figures(self) -> Group:
        """What it costs a form post that the KPIs are kept; and how long it takes to count all of them again."""

        def capture(*, counted: bool) -> Sample:
            with nullcontext() if counted else self._stack.uncounted():
                # As the login of the forms: of others' writes the trigger sends a NOTIFY, which has them wait for each other.
                return self._transactions(CAPTURE, MANY_CONNECTIONS, login="leads_capture")

        def again() -> list[str]:
            sentences = []
            for name, statement in (
                ("rebuilds", "app.rebuild_figures()"),
                ("verifies", "(SELECT count(*) FROM stats.verify())"),
            ):
                began = time.perf_counter()
                found = self._stack.sql(f"SELECT {statement}")
                took = time.perf_counter() - began
                sentences.append(f"It {name} every figure in {took:.1f} s ({found:,} were wrong).")
            return sentences

        return Group(
            "figures",
            [
                Workload("capture_lead, 64 connections", lambda: capture(counted=True), "the same, no figures kept", 0.85),
                Workload("the same, no figures kept", lambda: capture(counted=False)),
            ],
            again,
        )

    def _form(self) -> Group:
        return Group(
            "form",
            [
                self._http("form post", "/api/submit-contact", "SQL, capture_lead", 0.5, body=FORM),
                self._pgbench("SQL, capture_lead", CAPTURE),
            ],
        )

    def _status(self) -> Group:
        """One lead a request. Each connection has some of its own, and moves them to and fro."""
        edits = Edits(self._rows, CONNECTIONS, min(EDITED, self._rows // 2 // CONNECTIONS), each=1)
        requests = [
            [
                self._service.request("PATCH", f"/admin/leads/{lead}/status", {"status": status})
                for status in STATUSES
                for lead in edits.leads(connection)
            ]
            for connection in range(CONNECTIONS)
        ]
        call = "SELECT lead, etag FROM service.edit_lead(:lead, '{%s}', '{status}', NULL, 'admin', 'admin', gen_random_uuid());"
        statement = edits.script(call, f"\\set lead {edits.lead(':client_id', f':turn % {edits.count}')}")
        return Group("status", self._changing("status of a lead", "edit_lead", edits, requests, statement, 0.4))

    def _bulk(self) -> Group:
        """A thousand ids a request, of each connection's own, to and fro; then as many as there are by a filter, and back."""
        count = min(BULK, self._rows // 2 // BULK_CONNECTIONS)
        edits = Edits(self._rows, BULK_CONNECTIONS, count, each=count)
        edits.prepare(self._stack)
        requests = [
            [
                self._service.request("PATCH", "/admin/leads/bulk-status", {"ids": edits.leads(connection), "status": status})
                for status in STATUSES
            ]
            for connection in range(BULK_CONNECTIONS)
        ]
        ids = f"ARRAY(SELECT {edits.lead(':client_id', 'n')} FROM generate_series(0, {count - 1}) AS n)"
        who = "'admin', 'admin', gen_random_uuid()"
        call = f"SELECT service.change_leads({ids}, 'status', '{{%s}}', '{count} by id', NULL, false, {who});"
        workloads = self._changing(f"status of {count:,} ids", "change_leads", edits, requests, edits.script(call))
        return Group("bulk", [*workloads, *self._by_filter(edits)])

    def _by_filter(self, edits: Edits) -> list[Workload]:
        """Every lead up to one, unless its status is already the new one; then undo."""
        others = f"FROM public.contact_leads WHERE {INBOX} AND status <> 'processing'"
        count = min(BULK_BY_FILTER, self._stack.sql(f"SELECT count(*) {others}"))
        last = self._stack.sql(f"SELECT id {others} ORDER BY id LIMIT 1 OFFSET {count - 1}")
        done: list[str] = []

        def ask(method: str, path: str, body: object = None) -> Sample:
            began = time.perf_counter()
            answer = self._service.json(method, path, body)
            seconds = time.perf_counter() - began
            if (answer["changed"], answer["skipped_count"]) != (count, 0):
                raise BenchError(f"{path} changed {answer['changed']} leads instead of {count}")
            done.append(answer["operation"])
            return Sample(seconds)

        def change() -> Sample:
            edits.prepare(self._stack)
            return ask(
                "PATCH", "/admin/leads/bulk-status", {"filter": f"status=neq.processing&id=lte.{last}", "status": "processing"}
            )

        return [
            Workload(f"status of {count:,} by filter", change, unit="s", once=True),
            Workload("undo of that", lambda: ask("POST", f"/admin/operations/{done[-1]}/undo"), unit="s", once=True),
        ]

    # What a workload runs

    def _changing(
        self, name: str, function: str, edits: Edits, requests: list[list[bytes]], statement: str, aim: float | None = None
    ) -> list[Workload]:
        """The requests, held against pgbench calling the same function in the same role; and that against itself unaudited."""

        def ours(seconds: float = self._seconds) -> Sample:
            before = edits.prepare(self._stack)
            sample = self._load(self._service, requests, len(requests), seconds)
            edits.check(self._stack, before, sample.answers, exactly=not sample.refused)
            return sample

        def theirs(*, audited: bool) -> Sample:
            before = edits.prepare(self._stack)
            with nullcontext() if audited else self._stack.unaudited():
                sample = self._transactions(statement, len(requests), "leads_admin")
            edits.check(self._stack, before, sample.answers, exactly=True)
            return sample

        sql = f"SQL, {function}"
        return [
            Workload(name, ours, sql, aim, warm=lambda: ours(WARM_SECONDS)),
            Workload(sql, lambda: theirs(audited=True), f"{sql}, no audit"),
            Workload(f"{sql}, no audit", lambda: theirs(audited=False)),
        ]

    def _http(
        self,
        name: str,
        path: str,
        against: str = "",
        aim: float | None = None,
        *,
        connections: int = CONNECTIONS,
        limit_ms: float | None = None,
        body: object = None,
    ) -> Workload:
        request = self._service.request("GET" if body is None else "POST", path, body)
        # Latency at one connection needs fewer answers than a rate does.
        seconds = self._seconds if connections > 1 else self._seconds / 2

        def run(seconds: float = seconds) -> Sample:
            return self._load(self._service, [[request]], connections, seconds)

        return Workload(name, run, against, aim, limit_ms, warm=lambda: run(WARM_SECONDS))

    def _bare_sanic(self, name: str, size: int) -> Workload:
        request = f"GET /{size} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        return Workload(name, lambda: self._load(self._bare, [[request]]))

    def _load(
        self, served: Served, requests: Sequence[Sequence[bytes]], connections: int = CONNECTIONS, seconds: float = 0
    ) -> Sample:
        service, postgres = served.cpu(), self._stack.cpu()
        measured = load(served.port, requests, connections, seconds or self._seconds)
        service, postgres = served.cpu() - service, self._stack.cpu() - postgres
        each = 1e6 / measured["answers"]
        return Sample(
            measured["rate"],
            measured["p50_ms"],
            measured["p95_ms"],
            measured["refused"],
            int(measured["answers"] - measured["refused"]),
            service * each,
            postgres * each if served is self._service else None,
            measured["client_us"],
        )

    def _pgbench(self, name: str, statement: str) -> Workload:
        return Workload(name, lambda: self._transactions(statement, CONNECTIONS))

    def _transactions(self, statement: str, connections: int, role: str = "", login: str = "") -> Sample:
        postgres = self._stack.cpu()
        rate, answers = self._stack.pgbench(statement, connections, self._seconds, role, login)
        return Sample(rate, answers=answers, postgres_us=(self._stack.cpu() - postgres) * 1e6 / answers)

    def _download(self, name: str, format_: str, aim: float, against: str) -> Workload:
        path = f"/admin/leads/export?format={format_}"
        return Workload(name, lambda: Sample(self._service.download(path)[0]), against, aim, unit="s")


def page_sql(where: str, rest: str = "") -> str:
    """The best plain SQL for a page of the inbox."""
    return (
        f"SELECT json_agg(row_to_json(l)) FROM (SELECT * FROM contact_leads WHERE {where} {NEWEST} LIMIT {PAGE} {rest}) AS l;"
    )


# Whose plans are shown, by group: a request of each kind.
PLANNED = {
    "list": {
        "newest first": "/admin/leads",
        "by status": "/admin/leads?status=eq.contacted",
        "by company, counted": f"/admin/leads?company={quote('ilike.*gmbh*')}",
    },
    "kpis": {"KPIs": "/admin/leads/stats"},
    "search": {
        name: f"/admin/leads/search?{SEARCHES[name]}"
        for name in ("rare word", "word in 1 %", "word in 20 %", "common name, a slip")
    },
}
