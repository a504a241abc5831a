"""What stands before every handler, in this order: limit, token, revocation, role. Each route says what it asks for.

    @blueprint.get("/leads", ctx_access=Access.VIEWER)

A route that says nothing is answered 500: forgetting it must not open a door.
"""

from enum import Enum

from sanic import Request

from service.addresses import client_address, limit_key
from service.auth.credentials import KEY_PREFIX, SCOPES, Credentials
from service.auth.tokens import ROLES, Claims, Kind, Tokens, unauthorized
from service.errors import Problem
from service.limiter import Limiter
from service.settings import TrustedProxies


class Access(Enum):
    """Who may call a route, and which limit counts the call."""

    OPEN = "anyone, uncounted: what costs nothing to answer"
    PUBLIC = "anyone, counted per address by PUBLIC_RATE_LIMIT; who shows an API key as TOKEN is"
    LOGIN = "anyone, counted per address by ADMIN_RATE_LIMIT"
    TOKEN = "anyone with a token or key, counted per user and address by ADMIN_RATE_LIMIT"  # noqa: S105
    PERSON = "anyone with a token of their own, no key, counted as TOKEN is"
    NUMBERS = "analyst, viewer and up, counted as TOKEN is"
    VIEWER = "viewer and up, counted as TOKEN is"
    EDITOR = "editor and up, counted as TOKEN is"
    ADMIN = "admin, counted as TOKEN is"


PEOPLE = frozenset(ROLES)
KEYS = frozenset(f"{scope} key" for scope in SCOPES)

#: The callers that a route lets in, by `caller`. docs/security.md shows them for each endpoint, and a test tries each.
ALLOWED: dict[Access, frozenset[str]] = {
    Access.PUBLIC: frozenset({"capture key", "write key"}),
    Access.TOKEN: PEOPLE | KEYS,
    Access.PERSON: PEOPLE,
    Access.NUMBERS: PEOPLE | KEYS - {"capture key"},
    Access.VIEWER: frozenset({"viewer", "editor", "admin", "read key", "write key"}),
    Access.EDITOR: frozenset({"editor", "admin", "write key"}),
    Access.ADMIN: frozenset({"admin"}),
}

_SCOPES = {role: scope for scope, role in SCOPES.items()}


def caller(claims: Claims) -> str:
    """What a caller is: a user's role, or an API key's scope and `key`."""
    return f"{_SCOPES[claims.role]} key" if claims.kind is Kind.KEY else claims.role


# The headers of what is for one person: kept by nobody else, and asked for again before it is shown again.
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
# Of what is shown once: kept by nobody.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Guard:
    """The checks. Leaves `request.ctx.address`, `.client`, `.claims` and `.limit_headers` for the handler and the answer."""

    def __init__(
        self, *, public: Limiter, admin: Limiter, tokens: Tokens, credentials: Credentials, proxies: TrustedProxies
    ) -> None:
        self._public = public
        self._admin = admin
        self._tokens = tokens
        self._credentials = credentials
        self._proxies = proxies

    async def check(self, request: Request) -> None:
        """Raises Problem 429, 401 or 403, in this order, or lets the request pass."""
        if request.route is None:
            return  # a 404 or 405 of the router's
        access: Access = request.route.ctx.access
        request.ctx.address = client_address(request.ip, lambda name: request.headers.getall(name, []), self._proxies)
        if access is Access.OPEN:
            return
        request.ctx.client = limit_key(request.ctx.address)
        token = _bearer(request)
        if access is Access.PUBLIC and not token.startswith(KEY_PREFIX):
            await self._count(request, self._public)
            return
        if access is Access.LOGIN:
            await self._count(request, self._admin)
            return
        claims, refusal = self._identify(token)
        # Counted under a user's name only once the signature holds: names a stranger makes up would be no limit.
        await self._count(request, self._admin, claims.sub if claims else "")
        if claims is None:
            claims = await self._look_again(token)
        if claims is None:
            raise refusal or unauthorized("token_not_valid", "The token is not valid.")
        await self._credentials.check(claims)
        if caller(claims) not in ALLOWED[access]:
            raise Problem(403, "forbidden", f"You came as {caller(claims)}; this is for: {_listed(access)}.")
        request.ctx.claims = claims

    def _identify(self, token: str) -> tuple[Claims | None, Problem | None]:
        """Who shows this, by what is in memory."""
        if not token:
            return None, unauthorized("token_missing", "Send the token as Authorization: Bearer TOKEN.")
        if not _is_jwt(token):
            return self._credentials.find(token), None
        try:
            return self._tokens.verify(token), None
        except Problem as refusal:
            return None, refusal

    async def _look_again(self, token: str) -> Claims | None:
        """Another machine may have made the key a moment ago."""
        if not token or _is_jwt(token):
            return None
        await self._credentials.refresh()
        return self._credentials.find(token)

    @staticmethod
    async def _count(request: Request, limiter: Limiter, user: str = "") -> None:
        decision = await limiter.hit(request.ctx.address, user)
        request.ctx.limit_headers = decision.headers(limiter.policy)
        if not decision.allowed:
            raise Problem(
                429,
                "too_many_requests",
                f"At most {decision.limit} requests in {decision.window_seconds} s. Try again in {decision.retry_after} s.",
                headers=request.ctx.limit_headers,
            )


def _bearer(request: Request) -> str:
    """The token that the request shows; nothing, when it shows none, or several."""
    headers = request.headers.getall("authorization", [])
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_jwt(token: str) -> bool:
    return token.count(".") == 2


def _listed(access: Access) -> str:
    return ", ".join(one for one in (*ROLES, *sorted(KEYS)) if one in ALLOWED[access])
