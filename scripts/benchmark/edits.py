"""The leads that a workload changes: each connection has some of its own, all over the table, and moves them to and fro."""

from stack import BenchError, Stack

STATUSES = ("processing", "unread")


class Edits:
    """`count` leads for each of `connections`, of `rows`; `each`: how many of them a request changes."""

    def __init__(self, rows: int, connections: int, count: int, *, each: int) -> None:
        self.count, self._connections, self._each = count, connections, each
        self._stride = rows // (count * connections)
        self._all = [lead for connection in range(connections) for lead in self.leads(connection)]

    def leads(self, connection: int) -> list[int]:
        return [1 + (n * self._connections + connection) * self._stride for n in range(self.count)]

    def lead(self, connection: str, n: str) -> str:
        """The same as an expression of SQL, and of pgbench."""
        return f"1 + ({n} * {self._connections} + {connection}) * {self._stride}"

    def script(self, call: str, before: str = "") -> str:
        """For pgbench: `call`, with %s for the change, of every lead to one status, then to the other."""
        processing, unread = (call % f'"status": "{status}"' for status in STATUSES)
        return (
            f"{before}\n\\if :turn / {self.count // self._each} % 2 = 0\n{processing}\n\\else\n{unread}\n\\endif\n"
            "\\set turn :turn + 1"
        )

    def prepare(self, stack: Stack) -> int:
        """All are unread, in the inbox or marked as spam. Returns how often they have been changed."""
        stack.sql("UPDATE public.contact_leads SET deleted_at = NULL WHERE id = ANY ($1) AND deleted_at IS NOT NULL", self._all)
        # The lifecycle's way back leads over processing.
        for to, others in (("processing", "{contacted,archived}"), ("unread", "{processing}")):
            moved = (
                "UPDATE public.contact_leads SET status = $1 WHERE id = ANY ($2) AND status = ANY ($3::public.lead_status[])"
            )
            stack.sql(moved, to, self._all, others)
        return self._versions(stack)

    def check(self, stack: Stack, before: int, answers: int, *, exactly: bool) -> None:
        """Raises BenchError unless each answer stands for a change: one that changes nothing costs less."""
        changed, expected = self._versions(stack) - before, answers * self._each
        if changed < expected or (exactly and changed > expected):
            raise BenchError(f"{answers} answers changed {changed} leads instead of {expected}")

    def _versions(self, stack: Stack) -> int:
        return int(stack.sql("SELECT sum(version) FROM public.contact_leads WHERE id = ANY ($1)", self._all))
