"""create_app: the only place where the parts are put together."""

import asyncio
import math
import re
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import structlog
from sanic import Sanic
from sanic.config import Config
from sanic.exceptions import MethodNotAllowed, RequestCancelled
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic_ext import Extend
from sanic_ext.extensions.templating.extension import TemplatingExtension

from service import jobs
from service.auth.credentials import REVOCATIONS, Credentials
from service.auth.login import Login
from service.auth.passwords import Passwords
from service.auth.second_factor import SecondFactors
from service.auth.tokens import Tokens
from service.bodies import wants_page
from service.capture.pages import form_page, problem_page
from service.db import Database
from service.errors import problem_of
from service.guard import Access, Guard
from service.limiter import Limiter
from service.limits import ADMIN_CLIENTS, ADMIN_NETWORKS, PUBLIC_CLIENTS, PUBLIC_NETWORKS, TieredWindow
from service.live.answers import Answers
from service.live.events import Events
from service.live.listening import LEADS, Listening
from service.mail.composing import Composer
from service.mail.links import Links
from service.mail.outbox import Outbox
from service.mail.transports import transport_of
from service.metrics import Metrics, Report
from service.rest.catalogue import Catalogue
from service.rest.protocol import error_response
from service.routes import (
    account,
    audit,
    capture,
    edits,
    export,
    health,
    leads,
    mail,
    mail_links,
    metrics,
    operations,
    people,
    rest,
    session,
    site,
    stream,
    views,
)
from service.settings import Settings, SettingsError
from service.shared import Versions
from service.shared_limits import SharedLimits

logger = structlog.get_logger()

CLIENT_GONE = 499  # nginx's number: HTTP has none, since it is never sent
MAX_BODY_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
# What is being handed over when a worker is stopped may take so long; within the supervisor's patience.
MAIL_FAREWELL_SECONDS = 3.0
TEMPLATES = Path(__file__).resolve().parent / "templates"

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

CORS_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
CORS_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-ID"
CORS_RESPONSE_HEADERS = "Content-Disposition, ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID"


@dataclass(frozen=True)
class SharedMemory:
    """What the workers of a machine share; made before they are forked."""

    public: TieredWindow
    admin: TieredWindow
    versions: Versions
    metrics: Metrics

    @classmethod
    def create(cls, settings: Settings) -> "SharedMemory":
        return cls(
            public=TieredWindow(settings.public_rate_limit, PUBLIC_CLIENTS, PUBLIC_NETWORKS),
            admin=TieredWindow(settings.admin_rate_limit, ADMIN_CLIENTS, ADMIN_NETWORKS),
            versions=Versions([REVOCATIONS, LEADS], settings.workers),
            metrics=Metrics(settings.workers),
        )


class LeadRequest(Request):
    """A request whose id is a UUID: the client's X-Request-ID when that is one, else a new one."""

    __slots__ = ()

    @property
    def id(self) -> uuid.UUID:
        if not isinstance(self._id, uuid.UUID):
            sent = self.headers.getall("x-request-id", [])
            try:
                self._id = uuid.UUID(sent[0]) if len(sent) == 1 and len(sent[0]) == 36 else uuid.uuid4()
            except ValueError:
                self._id = uuid.uuid4()
        return self._id


App = Sanic[Config, SimpleNamespace]


def create_app(settings: Settings, shared: SharedMemory | None = None, *, worker: int = 0, name: str = "leads") -> App:
    """The service for one process.

    `shared` is made by the supervisor and handed to all workers; alone, a process makes its own. `worker` is this process's
    number among them. Raises SettingsError when a secret, a database or what a link needs is missing.
    """
    if not settings.database_url or not settings.public_database_url:
        raise SettingsError("DATABASE_URL and PUBLIC_DATABASE_URL are needed: the logins leads_service and leads_capture.")
    if not settings.jwt_secret_key:
        raise SettingsError("JWT_SECRET_KEY is needed: at least 32 random bytes, the same on every machine.")
    shared = shared or SharedMemory.create(settings)
    shared.versions.join(worker)

    app: App = Sanic(name, config=_config(), ctx=SimpleNamespace(), request_class=LeadRequest, configure_logging=False)
    # Only its templates: its CORS matches origins by prefix, and its automatic HEAD routes would have no access of their own.
    Extend(app, extensions=[TemplatingExtension], built_in_extensions=False, config={"TEMPLATING_PATH_TO_TEMPLATES": TEMPLATES})

    app.ctx.settings = settings
    app.ctx.database = Database(settings.database_url, settings.public_database_url)
    app.ctx.catalogue = Catalogue(app.ctx.database, settings.rest_schemas, internal=("public", "app"))
    app.ctx.credentials = Credentials(app.ctx.database, shared.versions, legacy=settings.legacy_login)
    app.ctx.tokens = Tokens(settings.jwt_secret_key, *settings.jwt_previous_keys, clock=app.ctx.credentials.now)
    app.ctx.passwords = Passwords()
    app.ctx.second_factors = SecondFactors([settings.jwt_secret_key, *settings.jwt_previous_keys])
    app.ctx.login = Login(app.ctx.database, app.ctx.passwords, app.ctx.second_factors, app.ctx.credentials)
    listening = Listening(settings.listen_database_url or settings.database_url, shared.versions)
    app.ctx.database.wrote = listening.wrote
    app.ctx.answers = Answers(listening, settings.answer_cache_bytes)
    app.ctx.events = Events(
        app.ctx.database,
        listening,
        app.ctx.credentials,
        most=settings.event_listeners,
        most_per_user=settings.event_listeners_per_user,
    )
    recorder = app.ctx.recorder = shared.metrics.join(worker)
    app.ctx.report = Report(shared.metrics, recorder)
    secret_keys = [settings.jwt_secret_key, *settings.jwt_previous_keys]
    app.ctx.links = Links(secret_keys, clock=app.ctx.credentials.now)
    app.ctx.composer = _composer(settings, app.ctx.links)
    transport = transport_of(settings.mail_url, settings.data_dir)
    per_second = settings.mail_rate or (transport.per_second if transport else 1)
    app.ctx.outbox = Outbox(app.ctx.database, transport, app.ctx.composer, recorder, per_second / settings.workers)
    listening.wake_mail = app.ctx.outbox.wake
    everywhere = SharedLimits(settings.redis_url, settings.jwt_secret_key, recorder) if settings.redis_url else None
    guard = Guard(
        public=Limiter("public", shared.public, recorder, everywhere),
        admin=Limiter("admin", shared.admin, recorder, everywhere),
        tokens=app.ctx.tokens,
        credentials=app.ctx.credentials,
        proxies=settings.trusted_proxies,
    )

    of_leads = (capture, leads, edits, operations, audit, views, stream, export, mail, rest)
    for routes in (*of_leads, session, account, people, mail_links, health, metrics, site):
        app.blueprint(routes.blueprint)
    recorder.learn(route.path for route in app.router.routes)

    @app.on_request
    async def check(request: LeadRequest) -> None:
        request.ctx.started = time.perf_counter()
        await guard.check(request)

    @app.exception(Exception)
    async def answer_error(request: LeadRequest, error: Exception) -> HTTPResponse:
        if isinstance(error, MethodNotAllowed):
            # The router forgets some, where several routes share a path.
            error.headers = {"Allow": ", ".join(_methods_of(app, request.path))}
            if request.method == "OPTIONS":
                return HTTPResponse(status=204, headers=error.headers)
        problem = problem_of(error)
        in_rest = error_response(error, request.id) if request.path.startswith("/rest/") else None
        status = in_rest.status if in_rest else problem.status
        if status == 500:
            logger.error("request_failed", request_id=str(request.id), exc_info=_without_values(error))
        elif status >= 503:
            logger.warning("request_unavailable", request_id=str(request.id), code=problem.code, error=type(error).__name__)
        if in_rest:
            return in_rest
        if hasattr(request.ctx, "form"):
            form, typed = request.ctx.form
            return await form_page(app, form, typed, problem)
        if wants_page(request):
            return await problem_page(app, problem, str(request.id))
        return problem.response(request.id)

    @app.exception(RequestCancelled)  # type: ignore[arg-type]  # a CancelledError, which its types forget
    async def note_departure(request: LeadRequest, _: RequestCancelled) -> HTTPResponse:
        """The client hung up before its answer. Nobody reads this one, but the log shows it for what it is."""
        return HTTPResponse(status=CLIENT_GONE)

    @app.on_response  # type: ignore[untyped-decorator]
    async def finish(request: LeadRequest, response: HTTPResponse) -> None:
        response.headers["X-Request-ID"] = str(request.id)
        for header, value in SECURITY_HEADERS.items():
            response.headers.setdefault(header, value)
        for header, value in getattr(request.ctx, "limit_headers", {}).items():
            response.headers[header] = value
        _share_across_origins(request, response, settings.cors_origins)
        seconds = time.perf_counter() - getattr(request.ctx, "started", math.inf)
        recorder.answered(request.route.path if request.route else None, request.method, response.status, max(0.0, seconds))
        _log(request, response)

    @app.before_server_start
    async def open_pools(app: App) -> None:
        await app.ctx.database.open()
        if everywhere:
            await everywhere.open()

    @app.after_server_start
    async def begin_jobs(app: App) -> None:
        # Not by app.add_task, which warns of each that a drain cancels, though they are meant to run until then.
        app.ctx.jobs = [
            asyncio.create_task(app.ctx.credentials.keep_loaded()),
            asyncio.create_task(jobs.keep_purging(app.ctx.database, settings.trash_days)),
            asyncio.create_task(listening.keep()),
            asyncio.create_task(app.ctx.events.keep_watching()),
            asyncio.create_task(jobs.keep_tidying(app.ctx.database)),
            asyncio.create_task(jobs.keep_queueing_due(app.ctx.database, settings.digest_at, settings.time_zone)),
            asyncio.create_task(app.ctx.outbox.keep()),
            asyncio.create_task(recorder.keep_counting(lambda: app.ctx.events.count)),
        ]

    @app.before_server_stop
    async def end_jobs(app: App) -> None:
        app.ctx.events.close()
        await app.ctx.outbox.stop(MAIL_FAREWELL_SECONDS)
        for job in app.ctx.jobs:
            job.cancel()
        await asyncio.gather(*app.ctx.jobs, return_exceptions=True)

    @app.after_server_stop
    async def close_pools(app: App) -> None:
        app.ctx.passwords.close()
        if everywhere:
            await everywhere.close()
        await app.ctx.database.close()

    return app


def undeclared_routes(app: App) -> list[str]:
    """The routes that say nothing of who may call them: there must be none."""
    return [route.path for route in app.router.routes if not isinstance(getattr(route.ctx, "access", None), Access)]


def _composer(settings: Settings, links: Links) -> Composer:
    if settings.cv_file and settings.cv_delivery == "link" and not settings.public_url:
        raise SettingsError("CV_DELIVERY=link needs PUBLIC_URL: where people reach the service.")
    return Composer(
        sender=settings.mail_from or "Lead inbox <leads@localhost>",
        team=settings.notify_to,
        links=links,
        public_url=settings.public_url,
        cv_file=settings.cv_file,
        cv_delivery=settings.cv_delivery,
    )


def _config() -> Config:
    config = Config()
    config.AUTO_EXTEND = False
    config.ACCESS_LOG = False
    config.MOTD = False
    config.FALLBACK_ERROR_FORMAT = "json"
    config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
    config.REQUEST_MAX_HEADER_SIZE = MAX_HEAD_BYTES
    config.RESPONSE_TIMEOUT = 60
    config.KEEP_ALIVE_TIMEOUT = 75
    config.GRACEFUL_SHUTDOWN_TIMEOUT = 15.0
    return config


_PARAMETERS = {"str": "[^/]+", None: "[^/]+", "uuid": "[0-9A-Fa-f-]{36}"}


def _methods_of(app: App, path: str) -> list[str]:
    """What a path takes, whichever of its routes does."""
    methods: set[str] = set()
    for route in app.router.routes:
        pattern = re.sub(r"<\w+(?::([^>]+))?>", lambda found: _PARAMETERS.get(found[1], found[1]), route.path)
        if re.fullmatch(pattern, path.strip("/")):
            methods |= route.methods
    return sorted(methods)


def _share_across_origins(request: Request, response: HTTPResponse, allowed: frozenset[str]) -> None:
    """CORS by a list of exact origins. Tokens travel in a header and never in a cookie, so credentials are not allowed."""
    if not allowed:
        return
    response.headers.add("Vary", "Origin")
    if request.headers.get("origin") not in allowed:
        return
    response.headers["Access-Control-Allow-Origin"] = request.headers["origin"]
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = CORS_METHODS
        response.headers["Access-Control-Allow-Headers"] = CORS_REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = "600"
    else:
        response.headers["Access-Control-Expose-Headers"] = CORS_RESPONSE_HEADERS


def _log(request: LeadRequest, response: HTTPResponse) -> None:
    """One line for a request: no address, no query, no body, no token in it."""
    route = request.route.path if request.route else None
    if route in ("healthz", "readyz") and response.status == 200:
        return
    started = getattr(request.ctx, "started", None)
    logger.info(
        "request",
        method=request.method,
        path=f"/{route}" if route is not None else "(none)",
        status=response.status,
        ms=None if started is None else round((time.perf_counter() - started) * 1000, 1),
        request_id=str(request.id),
    )


def _without_values(error: Exception) -> Exception:
    """The error with its traceback, but without PostgreSQL's DETAIL, which quotes the row."""
    if hasattr(error, "detail"):
        error.detail = None
    return error
