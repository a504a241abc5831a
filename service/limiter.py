"""Who counts a request: this machine's tables, and Redis when all machines count together."""

from service.addresses import limit_keys
from service.limits import Decision, TieredWindow
from service.metrics import Recorder
from service.shared_limits import SharedLimits


class Limiter:
    """One policy (`public`, `admin`) for each address, or for each user and address."""

    def __init__(self, policy: str, window: TieredWindow, metrics: Recorder, shared: SharedLimits | None = None) -> None:
        self.policy = policy
        self._window = window
        self._metrics = metrics
        self._shared = shared

    async def hit(self, address: str, user: str = "") -> Decision:
        """Count one request, if it is allowed. Without Redis it doesn't wait; with it, PATIENCE at most. Never raises."""
        client, network = limit_keys(address)
        if user:
            client, network = f"{user} {client}", network and f"{user} {network}"
        decision = self._window.hit(client, network) if self._shared is None else await self._ask(self._shared, client, network)
        if not decision.allowed:
            self._metrics.limited(self.policy)
        return decision

    async def _ask(self, shared: SharedLimits, client: str, network: str) -> Decision:
        """What Redis says. Who has used up a window on this machine alone is refused without asking, whatever Redis forgot."""
        window = self._window
        refusal = window.refusal(client, network)
        if refusal is not None:
            return refusal
        decision = await shared.hit(self.policy, window.limit, client, window.network_limit, network)
        if decision is None:
            self._metrics.fell_back()
            return window.hit(client, network)
        if decision.allowed:
            # Whatever the table says to it: should Redis be lost, the window isn't a new one.
            window.hit(client, network)
        return decision
