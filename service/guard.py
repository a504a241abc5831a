"""What stands before every handler, in this order: limit, token, revocation, role. Each route says what it asks for.

    @blueprint.get("/leads", ctx_access=Access.VIEWER)

A route that says nothing is answered 500: forgetting it must not open a door.
"""

from enum import Enum

from sanic import Request

from service.addresses import client_address, limit_key
from service.auth import Claims, Revocations, Tokens, unauthorized
from service.errors import Problem
from service.limits import MovingWindow
from service.settings import TrustedProxies


class Access(Enum):
    """Who may call a route, and which limit counts the call."""

    OPEN = "anyone, uncounted: what costs nothing to answer"
    PUBLIC = "anyone, counted per address by PUBLIC_RATE_LIMIT"
    LOGIN = "anyone, counted per address by ADMIN_RATE_LIMIT"
    TOKEN = "anyone with a token, counted per user and address by ADMIN_RATE_LIMIT"  # noqa: S105
    VIEWER = "viewer and up, counted as TOKEN is"
    EDITOR = "editor and up, counted as TOKEN is"
    ADMIN = "admin, counted as TOKEN is"


# The headers of what is for one person: kept by nobody else, and asked for again before it is shown again.
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}

ROLES = {Access.VIEWER: "viewer", Access.EDITOR: "editor", Access.ADMIN: "admin"}


class Guard:
    """The checks. Leaves `request.ctx.address`, `.claims` and `.limit_headers` for the handler and the answer."""

    def __init__(
        self, *, public: MovingWindow, admin: MovingWindow, tokens: Tokens, revocations: Revocations, proxies: TrustedProxies
    ) -> None:
        self._public = public
        self._admin = admin
        self._tokens = tokens
        self._revocations = revocations
        self._proxies = proxies

    async def check(self, request: Request) -> None:
        """Raises Problem 429, 401 or 403, in this order, or lets the request pass."""
        if request.route is None:
            return  # a 404 or 405 of the router's
        access: Access = request.route.ctx.access
        request.ctx.address = client_address(request.ip, lambda name: request.headers.getall(name, []), self._proxies)
        if access is Access.OPEN:
            return
        key = limit_key(request.ctx.address)
        if access is Access.PUBLIC:
            self._count(request, self._public, "public", key)
            return
        claims, refusal = (None, None) if access is Access.LOGIN else self._identify(request)
        # Counted under a user's name only once the signature holds: names a stranger makes up would be no limit.
        self._count(request, self._admin, "admin", f"{claims.sub if claims else ''} {key}")
        if refusal is not None:
            raise refusal
        if claims is not None:
            await self._revocations.check(claims)
            role = ROLES.get(access)
            if role is not None and not claims.may(role):
                raise Problem(403, "forbidden", f"This needs the role {role}; yours is {claims.role}.")
            request.ctx.claims = claims

    def _identify(self, request: Request) -> tuple[Claims | None, Problem | None]:
        headers = request.headers.getall("authorization", [])
        if len(headers) != 1:
            return None, unauthorized("token_missing", "Send the token as Authorization: Bearer TOKEN.")
        scheme, _, token = headers[0].partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None, unauthorized("token_missing", "Send the token as Authorization: Bearer TOKEN.")
        try:
            return self._tokens.verify(token.strip()), None
        except Problem as refusal:
            return None, refusal

    @staticmethod
    def _count(request: Request, window: MovingWindow, policy: str, key: str) -> None:
        decision = window.hit(key)
        request.ctx.limit_headers = decision.headers(policy)
        if not decision.allowed:
            raise Problem(
                429,
                "too_many_requests",
                f"At most {decision.limit} requests in {decision.window_seconds} s. Try again in {decision.retry_after} s.",
                headers=request.ctx.limit_headers,
            )
