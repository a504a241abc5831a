"""How PostgreSQL answers a request: the plans of the service's own statements, as auto_explain logs them, a line each."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from stack import Stack
from workloads import PLANNED

# The first five of a prepared statement are planned for their values; what comes after is what a busy service does.
TIMES = 7
SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "on",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
}
LOGGED = re.compile(r"duration: ([\d.]+) ms  plan:\n(\t\{.*?^\t\})", re.MULTILINE | re.DOTALL)


def plans(stack: Stack, groups: Iterable[str]) -> dict[str, list[str]]:
    """By request of these groups, what each of its statements did that read leads."""
    planned = {f"{group}, {name}": path for group in groups for name, path in PLANNED.get(group, {}).items()}
    for name, value in SETTINGS.items():
        stack.sql(f"ALTER DATABASE leads SET {name} = '{value}'", superuser=True)
    try:
        # Nothing from memory: PostgreSQL is to be asked each time.
        with stack.serving(ANSWER_CACHE_BYTES="0") as service:
            found = {}
            for title, path in planned.items():
                for _ in range(TIMES):
                    mark = stack.cluster.log_file.stat().st_size
                    service.json("GET", path)
                with stack.cluster.log_file.open("rb") as log:
                    log.seek(mark)
                    logged = LOGGED.findall(log.read().decode())
                lines = [_line(float(ms), json.loads(text)) for ms, text in logged]
                found[title] = [line for line in lines if line]
            return found
    finally:
        for name in SETTINGS:
            stack.sql(f"ALTER DATABASE leads RESET {name}", superuser=True)


def _line(milliseconds: float, logged: dict[str, Any]) -> str:
    """`0.4 ms, 60 buffers: Index Scan idx_contact_leads_created_at (51 rows)`; empty for one that reads no leads, or writes."""
    plan = logged["Plan"]
    scans: Counter[str] = Counter()
    for node in _nodes(plan):
        if node["Node Type"] == "ModifyTable":
            return ""
        name = node.get("Index Name") or node.get("Relation Name")
        if name and node["Actual Loops"] and node["Node Type"] != "Bitmap Heap Scan":
            scans[f"{node['Node Type']} {name}"] += round(node["Actual Rows"] * node["Actual Loops"])
    if not any("lead" in scan for scan in scans):
        return ""
    buffers = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
    return f"{milliseconds:.2f} ms, {buffers:,} buffers: {'; '.join(f'{scan} ({rows:,} rows)' for scan, rows in scans.items())}"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)
