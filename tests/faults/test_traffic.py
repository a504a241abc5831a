"""`leads up` under traffic: its database is killed twice meanwhile, and its limits count over all workers."""

import http.client
import itertools
import json
import os
import signal
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from leads_up import FORM, Up, private_folder, running, wait_until

from service.embedded import EmbeddedCluster

CLIENTS = 6
# Every answer comes within it (docs/operations.md); what a busy machine of tests adds comes on top.
ANSWER_SECONDS = 5.0
SLACK_SECONDS = 2.0


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    with private_folder() as folder, running(folder / "var", PUBLIC_RATE_LIMIT="10000/minute") as up:
        yield up
        up.stop()


@dataclass(frozen=True)
class Answer:
    """What one submission was answered; `mark` is what tells it from all others."""

    mark: str
    status: int
    reference: str | None
    seconds: float


def send(client: httpx.Client, mark: str, **changes: str) -> Answer:
    """One submission. Raises httpx.HTTPError where the answer is cut or does not come."""
    headers = {"Idempotency-Key": changes.pop("key")} if "key" in changes else {}
    began = time.monotonic()
    answer = client.post("/api/submit-contact", json={**FORM, "subject": mark, **changes}, headers=headers)
    seconds = time.monotonic() - began
    assert answer.status_code in (201, 422, 503), answer.text
    if answer.status_code == 503:
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1
    return Answer(mark, answer.status_code, answer.json().get("reference"), seconds)


def killed_twice_meanwhile(up: Up, work: Callable[[int, threading.Event], list[Answer]]) -> list[Answer]:
    """What `work` returns in each of the clients, who are told to end once the database was killed twice and is well again."""
    end = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(work, number, end) for number in range(CLIENTS)]
        try:
            for _ in range(2):
                time.sleep(0.7)  # of traffic, which is what is killed
                victim = up.postmaster()
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda victim=victim: up.postmaster() not in (0, victim))
                wait_until(lambda: up.client.get("/readyz").status_code == 200)
            time.sleep(0.3)
        finally:
            end.set()
        answers = [answer for future in futures for answer in future.result()]
    assert max(answer.seconds for answer in answers) < ANSWER_SECONDS + SLACK_SECONDS
    return answers


def stored(up: Up) -> dict[str, list[str]]:
    """The references of the leads in the table, by their mark."""
    found = defaultdict(list)
    with psycopg.connect(EmbeddedCluster(up.data_dir).url()) as owner:
        for subject, reference in owner.execute("SELECT subject, reference FROM public.contact_leads"):
            found[subject].append(str(reference))
    return found


@pytest.mark.threat(50)
def test_what_was_acknowledged_is_there_and_what_was_refused_is_not(up: Up) -> None:
    def work(number: int, end: threading.Event) -> list[Answer]:
        answers = []
        with httpx.Client(base_url=up.address, timeout=10) as client:
            for turn in itertools.count():
                changes = {"email": "no address"} if turn % 10 == 9 else {}
                answers.append(send(client, f"plain {number} {turn}", **changes))
                if end.is_set():
                    return answers
        raise AssertionError("unreachable")

    answers = killed_twice_meanwhile(up, work)
    statuses = {answer.status for answer in answers}
    assert statuses == {201, 422, 503}, "traffic went on before, while and after"
    rows = stored(up)
    for answer in answers:
        match answer.status:
            case 201:
                assert rows[answer.mark] == [answer.reference]
            case 422:
                assert rows[answer.mark] == []
            case _:
                assert len(rows[answer.mark]) <= 1


@pytest.mark.threat(59)
def test_a_key_repeated_until_it_is_acknowledged_stores_one_lead(up: Up) -> None:
    """Each key is sent by two clients at once, both of which repeat it until they get their 201."""

    def work(number: int, end: threading.Event) -> list[Answer]:
        answers = []
        with httpx.Client(base_url=up.address, timeout=10) as client:
            for turn in itertools.count():
                mark = f"keyed {number // 2} {turn}"
                key = str(uuid.uuid5(uuid.NAMESPACE_OID, mark))
                answers.append(send(client, mark, key=key))
                while answers[-1].status != 201:
                    time.sleep(0.02)
                    answers.append(send(client, mark, key=key))
                if end.is_set():
                    return answers
        raise AssertionError("unreachable")

    answers = killed_twice_meanwhile(up, work)
    assert {answer.status for answer in answers} == {201, 503}
    rows = stored(up)
    for answer in answers:
        assert len(rows[answer.mark]) == 1
        if answer.status == 201:
            assert rows[answer.mark] == [answer.reference]


def test_limits_count_over_all_workers() -> None:
    limits = {"PUBLIC_RATE_LIMIT": "10/minute", "ADMIN_RATE_LIMIT": "100/minute"}
    with private_folder() as folder, running(folder / "var", **limits) as up, ExitStack() as stack:
        token = up.log_in(up.printed_password)
        host, port = up.address.removeprefix("http://").split(":")

        def ask(method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
            """The status, on a connection of its own that is left open."""
            connection = stack.enter_context(closing(http.client.HTTPConnection(host, int(port), timeout=10)))
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        def ask_many(times: int, *arguments: object) -> list[int]:
            with ThreadPoolExecutor(20) as pool:
                return list(pool.map(lambda _: ask(*arguments), range(times)))  # type: ignore[arg-type]

        posts = ask_many(60, "POST", "/api/submit-contact", json.dumps(FORM), {"Content-Type": "application/json"})
        assert sorted(posts) == [201] * 10 + [429] * 50
        looks = ask_many(150, "GET", "/admin/me", None, token)
        assert sorted(looks) == [200] * 100 + [429] * 50
        served = [len(connections_of(pid, int(port))) for pid in up.worker_pids()]
        assert len(served) == 2
        assert min(served) > 10, "both workers took part"
        assert len(stored(up)[FORM["subject"]]) == 10
        stack.close()
        up.stop()


def connections_of(pid: int, port: int) -> set[str]:
    """The connections (inodes) to a port that a process holds."""
    established = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == "01":
            established.add(f"socket:[{fields[9]}]")
    held = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return held & established
