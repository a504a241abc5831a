"""sqlmap: it tries to inject into the forms, the login and the filters."""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from urllib.parse import quote

from outcome import NotRun, Outcome
from target import Target, target

LEVEL, RISK = 3, 2
FORM = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?", "company": "ACME"}
LOGIN = {"username": "nobody", "password": "secret"}
JSON = "Content-Type: application/json"
FOUND = re.compile(r"^.*(?:is vulnerable|is '.*' injectable|identified the following injection point).*$", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One call of sqlmap: `tested` are the parameters it tries (empty: all, or where a `*` is), `options` are its own."""

    name: str
    path: str
    tested: str
    options: tuple[str, ...] = ()


def attacks(token: str) -> list[Attack]:
    bearer = ("-H", f"Authorization: Bearer {token}")
    tree = quote("(name.eq.Jane,and(company.ilike.a,id.gt.5))")
    form = "&".join(f"{name}={quote(value)}" for name, value in FORM.items())
    # A try takes 0.3 s, hence the lower level.
    login = ("--data", json.dumps(LOGIN), "-H", JSON, "--ignore-code=401", "--level=1", "--risk=1")
    listed = f"status=eq.unread&company=ilike.a&id=gt.0&metadata-%3E%3Epage=eq.x&or={tree}&select=id,name&order=id.desc&limit=5"
    return [
        Attack("form as JSON", "/api/submit-contact", ",".join(FORM), ("--data", json.dumps(FORM), "-H", JSON)),
        Attack("form as a browser sends it", "/api/submit-contact", ",".join(FORM), ("--data", form)),
        Attack("login's name", "/admin/login", "username", login),
        # One account's tries are delayed: each guess of a password is for another name.
        Attack("login's password", "/admin/login", "", (*login, "--skip=username", "--randomize=username")),
        Attack("list", f"/admin/leads?{listed}", "status,company,id,metadata->>page,or,select,order,limit", bearer),
        Attack("search", f"/admin/leads/search?q=jana&status=eq.unread&or={tree}", "q,status,or", bearer),
        Attack("export", "/admin/leads/export?format=json&name=eq.Jane&order=id&limit=3", "format,name,order,limit", bearer),
        Attack("rest", f"/rest/leads?name=eq.Jane&select=id&order=id&or={tree}&limit=5", "name,select,order,or,limit", bearer),
        Attack("rest's relation", "/rest/leads*?limit=1", "", bearer),
    ]  # fmt: skip


def run(outcome: Outcome, number: int, bound: float) -> None:
    """Each attack within its share of `bound` seconds. Raises NotRun without a sqlmap."""
    program = shutil.which("sqlmap")
    if program is None:
        raise NotRun("sqlmap is not on the PATH. On Debian and Ubuntu: apt-get install sqlmap")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    outcome.tool = f"sqlmap {said.split('#')[0].strip()}"
    with target() as attacked:
        all_of_them = attacks(attacked.log_in("fuzz", "admin"))
        for attack in all_of_them:
            finding = verdict(_sqlmap(program, attacked, attack, number, bound / len(all_of_them)))
            if finding:
                outcome.findings.append(f"{attack.name}: {finding}")
        outcome.findings += attacked.errors()
    names = ", ".join(attack.name for attack in all_of_them)
    outcome.counts.append(f"level {LEVEL}, risk {RISK} (login 1, 1): {names}")


def _sqlmap(program: str, attacked: Target, attack: Attack, number: int, seconds: float) -> str:
    """What sqlmap says; its own last words are missing when it was cut off."""
    with tempfile.TemporaryDirectory(prefix="leads-fuzz-") as folder:
        command = [program, "--batch", "--flush-session", "--disable-coloring", f"--output-dir={folder}", "--dbms=PostgreSQL"]
        command += [f"--level={LEVEL}", f"--risk={RISK}", "--threads=2", "--timeout=15", "--retries=0", "--skip-waf"]
        command += ["-u", f"{attacked.url}{attack.path}", *(["-p", attack.tested] if attack.tested else []), *attack.options]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired as cut:
            return (cut.stdout or b"").decode(errors="replace")
    return done.stdout + done.stderr


def verdict(said: str) -> str:
    """What sqlmap found, by its output; empty only when it says itself that it tried all and that nothing can be injected."""
    if found := FOUND.findall(said):
        return "\n".join(found)
    if "all tested parameters do not appear to be injectable" not in said:
        return f"sqlmap did not finish:\n{said[-1500:]}"
    return ""
