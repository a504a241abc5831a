"""What test_migrations_killed kills: a process that has all imported, and forks a child for each migration or rollback.

It reads a line of JSON for each, {"do": "migrate" or "rollback", "url", "kill_after": seconds or null}, answers with the child's pid
at once, and with {"killed", "seconds"} when the child has ended.
"""

import json
import os
import select
import signal
import sys
import time

import yoyo
import yoyo.backends.core.postgresql  # noqa: F401

from service import migrate


def child(do: str, url: str) -> int:
    if do == "migrate":
        migrate.migrate(url)
    else:
        migrate.rollback(url, len(migrate.known_migrations()), force=True)
    return 0


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            try:
                os._exit(child(order["do"], order["url"]))
            finally:
                os._exit(1)
        print(pid, flush=True)
        ended = os.pidfd_open(pid)
        if not select.select([ended], [], [], order["kill_after"])[0]:
            os.kill(pid, signal.SIGKILL)
        os.close(ended)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status:
            sys.exit(f"{order['do']} failed")  # its traceback is on stderr
        print(json.dumps({"killed": killed, "seconds": time.monotonic() - began}), flush=True)


if __name__ == "__main__":
    main()
