"""The environment, read once and frozen. Every setting has a default that works for `leads up`.

docs/operations.md lists them; tests/house/test_docs.py fails when it misses one.
"""

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import limits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(ValueError):
    """A setting that can't be used. The message names the variable, never a secret's value."""


@dataclass(frozen=True)
class RateLimit:
    """At most `amount` requests in any `seconds` seconds."""

    amount: int
    seconds: int


@dataclass(frozen=True)
class TrustedProxies:
    """Whose word on the visitor's address is taken, and in which header.

    `header` is `x-forwarded-for` for a list of networks (the rightmost address that no proxy of ours has), and
    `fly-client-ip` for `fly`, whose proxy overwrites that header on every request.
    """

    networks: tuple[Network, ...] = ()
    header: str = "x-forwarded-for"


@dataclass(frozen=True)
class Mailbox:
    """MAIL_URL=file: - mails are kept in a folder, None for LEADS_DATA_DIR/mailbox, and go nowhere."""

    folder: Path | None


@dataclass(frozen=True)
class Smtp:
    """MAIL_URL=smtp:// or smtps:// - a mail server. `tls`: from the beginning, after STARTTLS, or not at all."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Resend:
    """MAIL_URL=resend: - Resend's HTTP API."""

    api_key: str = field(repr=False)
    api: str = "https://api.resend.com"


# What a Fly machine sees as its peer: the proxy, on the machine's private networks.
FLY_NETWORKS = ("172.16.0.0/12", "fdaa::/16")


@dataclass(frozen=True)
class Settings:
    """All that the environment decides. Secrets are left out of `repr`, so that a logged one shows none."""

    data_dir: Path = Path("var")
    database_url: str | None = field(default=None, repr=False)
    public_database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    jwt_secret_key: str | None = field(default=None, repr=False)
    jwt_previous_keys: tuple[str, ...] = field(default=(), repr=False)
    legacy_login: bool = False
    admin_password: str | None = field(default=None, repr=False)
    public_rate_limit: RateLimit = RateLimit(10, 60)
    admin_rate_limit: RateLimit = RateLimit(100, 60)
    trusted_proxies: TrustedProxies = TrustedProxies()
    cors_origins: frozenset[str] = frozenset()
    redirect_origins: frozenset[str] = frozenset()
    rest_schemas: tuple[str, ...] = ("api", "stats")
    rest_max_rows: int = 10_000
    trash_days: int = 30
    listen_database_url: str | None = field(default=None, repr=False)
    answer_cache_bytes: int = 33_554_432
    event_listeners: int = 1000
    event_listeners_per_user: int = 20
    redis_url: str | None = field(default=None, repr=False)
    mail_url: Mailbox | Smtp | Resend | None = None
    mail_from: str | None = None
    notify_to: tuple[str, ...] = ()
    mail_rate: int | None = None
    resend_webhook_secret: str | None = field(default=None, repr=False)
    cv_file: Path | None = None
    cv_delivery: str = "attachment"
    public_url: str | None = None
    digest_at: time = time(8)
    time_zone: str = "UTC"
    metrics: str = "private"
    log_format: str = "auto"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of an environment. Raises SettingsError, naming the variable; an empty one counts as absent."""

        def text(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        mail_url = _mail_url(text("MAIL_URL"), text("RESEND_API_KEY"))
        mail_from = _mail_from(text("MAIL_FROM"))
        if mail_from is None and isinstance(mail_url, Smtp | Resend):
            raise SettingsError("MAIL_FROM must say whom mail is from, such as: Leads <leads@example.com>.")
        public_url = _public_url(text("PUBLIC_URL"))
        cv_delivery = _one_of("CV_DELIVERY", text("CV_DELIVERY") or "attachment", "attachment", "link")
        cv_file = text("CV_FILE")

        return cls(
            data_dir=Path(text("LEADS_DATA_DIR") or "var").expanduser().resolve(),
            database_url=_database_url("DATABASE_URL", text("DATABASE_URL")),
            public_database_url=_database_url("PUBLIC_DATABASE_URL", text("PUBLIC_DATABASE_URL")),
            migration_database_url=_database_url("MIGRATION_DATABASE_URL", text("MIGRATION_DATABASE_URL")),
            listen_database_url=_database_url("LISTEN_DATABASE_URL", text("LISTEN_DATABASE_URL")),
            host=text("HOST") or "127.0.0.1",
            port=_whole_number("PORT", text("PORT") or "8000", 0, 65535),
            workers=_whole_number("WORKERS", text("WORKERS") or str(_cores()), 1, 256),
            jwt_secret_key=_jwt_secret_key("JWT_SECRET_KEY", text("JWT_SECRET_KEY")),
            jwt_previous_keys=tuple(
                _jwt_secret_key("JWT_PREVIOUS_KEYS: each", key)
                for key in (text("JWT_PREVIOUS_KEYS") or "").replace(",", " ").split()
            ),
            legacy_login=_one_of("LEGACY_LOGIN", (text("LEGACY_LOGIN") or "off").lower(), "on", "off") == "on",
            admin_password=_admin_password(environ.get("ADMIN_PASSWORD") or None),
            public_rate_limit=_rate_limit("PUBLIC_RATE_LIMIT", text("PUBLIC_RATE_LIMIT") or "10/minute"),
            admin_rate_limit=_rate_limit("ADMIN_RATE_LIMIT", text("ADMIN_RATE_LIMIT") or "100/minute"),
            trusted_proxies=_trusted_proxies(text("TRUSTED_PROXIES")),
            cors_origins=_origins("CORS_ORIGINS", text("CORS_ORIGINS")),
            redirect_origins=_origins("REDIRECT_ORIGINS", text("REDIRECT_ORIGINS")),
            rest_schemas=_names("REST_SCHEMAS", text("REST_SCHEMAS") or "api,stats"),
            rest_max_rows=_whole_number("REST_MAX_ROWS", text("REST_MAX_ROWS") or "10000", 1, 1_000_000),
            answer_cache_bytes=_whole_number(
                "ANSWER_CACHE_BYTES", text("ANSWER_CACHE_BYTES") or str(32 * 1024 * 1024), 0, 2**36
            ),
            event_listeners=_whole_number("EVENT_LISTENERS", text("EVENT_LISTENERS") or "1000", 1, 100_000),
            event_listeners_per_user=_whole_number(
                "EVENT_LISTENERS_PER_USER", text("EVENT_LISTENERS_PER_USER") or "20", 1, 100_000
            ),
            trash_days=_whole_number("TRASH_DAYS", text("TRASH_DAYS") or "30", 1, 3650),
            redis_url=_redis_url(text("REDIS_URL")),
            mail_url=mail_url,
            mail_from=mail_from,
            notify_to=_addresses("NOTIFY_TO", text("NOTIFY_TO")),
            mail_rate=_whole_number("MAIL_RATE", rate, 1, 10_000) if (rate := text("MAIL_RATE")) else None,
            resend_webhook_secret=_webhook_secret(text("RESEND_WEBHOOK_SECRET")),
            cv_file=Path(cv_file).expanduser().resolve() if cv_file else None,
            cv_delivery=cv_delivery,
            public_url=public_url,
            digest_at=_time_of_day("DIGEST_AT", text("DIGEST_AT") or "08:00"),
            time_zone=_time_zone("TIME_ZONE", text("TIME_ZONE") or cls.time_zone),
            metrics=_one_of("METRICS", text("METRICS") or "private", "private", "public", "off"),
            log_format=_one_of("LOG_FORMAT", text("LOG_FORMAT") or "auto", "auto", "console", "json"),
        )


def _cores() -> int:
    """The cores this process may use: a container's share, not the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _whole_number(name: str, value: str, low: int, high: int) -> int:
    try:
        number = int(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}.")
    return number


def _one_of(name: str, value: str, *allowed: str) -> str:
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}.")
    return value


def _database_url(name: str, value: str | None) -> str | None:
    """A PostgreSQL URL; one that leaves this machine without saying how to encrypt gets sslmode=verify-full."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        raise SettingsError(f"{name} is no valid URL.") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingsError(f"{name} must begin with postgresql://.")
    if "sslmode=" in parts.query or "host=" in parts.query or host is None or _is_loopback(host):
        return value
    # Named, since libpq and asyncpg look for certificates in the home folder alone.
    root = "" if "sslrootcert=" in parts.query else f"&sslrootcert={quote(_certificates(), safe='/')}"
    return f"{value}{'&' if parts.query else '?'}sslmode=verify-full{root}"


def _redis_url(value: str | None) -> str | None:
    """redis:// or rediss:// with a host; a user, password, port and number are optional. Nothing may follow: an option
    there would overrule what the client is told."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SettingsError("REDIS_URL is no valid URL.") from None
    if parts.scheme not in ("redis", "rediss"):
        raise SettingsError("REDIS_URL must begin with redis:// or rediss://.")
    if not host or not re.fullmatch(r"/?[0-9]*", parts.path) or "?" in value or "#" in value:
        raise SettingsError("REDIS_URL must look like redis://user:password@host:6379/0, without anything after it.")
    return value


def _mail_url(value: str | None, resend_key: str | None) -> Mailbox | Smtp | Resend | None:
    """file:[FOLDER], smtp://[USER:PASSWORD@]HOST[:PORT][?tls=off], smtps://..., or resend:[API_KEY]."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise SettingsError("MAIL_URL is no valid URL.") from None
    if parts.scheme == "file":
        folder = unquote(parts.netloc + parts.path)
        return Mailbox(Path(folder).expanduser().resolve() if folder else None)
    if parts.scheme in ("smtp", "smtps") and host and parts.path in ("", "/"):
        implicit = parts.scheme == "smtps"
        tls = options.pop("tls", "on")
        if options or tls not in ("on", "off") or (implicit and tls == "off"):
            raise SettingsError("MAIL_URL takes one option: smtp://HOST?tls=off.")
        # A server on this machine needs none, and seldom has a certificate that anyone could check.
        plain = tls == "off" or (_is_loopback(host) and not implicit)
        return Smtp(
            host,
            port or (465 if implicit else 587),
            "implicit" if implicit else "off" if plain else "starttls",
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )
    if parts.scheme == "resend":
        key, api = unquote(parts.path) or resend_key, options.pop("api", Resend.api)
        if not key or not re.fullmatch(r"[\x21-\x7e]+", key) or options or parts.netloc:
            raise SettingsError("MAIL_URL must look like resend:API_KEY, or RESEND_API_KEY must hold the key.")
        to = urlsplit(api)
        if to.scheme != "https" and not (to.scheme == "http" and _is_loopback(to.hostname or "")):
            raise SettingsError("MAIL_URL's api must begin with https://.")
        return Resend(key, api.rstrip("/"))
    raise SettingsError("MAIL_URL must begin with resend:, smtp://HOST, smtps://HOST or file:.")


_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}")


def _mail_from(value: str | None) -> str | None:
    if value is None:
        return None
    name, address = parseaddr(value)
    if not _ADDRESS.fullmatch(address) or not name.isprintable():
        raise SettingsError("MAIL_FROM must look like leads@example.com, or Leads <leads@example.com>.")
    return value


def _addresses(name: str, value: str | None) -> tuple[str, ...]:
    addresses = tuple((value or "").replace(",", " ").split())
    if len(addresses) > 50 or not all(_ADDRESS.fullmatch(address) for address in addresses):
        raise SettingsError(f"{name} must list at most 50 addresses such as team@example.com, separated by commas.")
    return addresses


def _webhook_secret(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"whsec_[A-Za-z0-9+/]{32,}={0,2}", value):
        raise SettingsError("RESEND_WEBHOOK_SECRET must be the signing secret of the webhook, which begins with whsec_.")
    return value


def _public_url(value: str | None) -> str | None:
    parts = urlsplit(value or "")
    if value is not None and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise SettingsError("PUBLIC_URL must be where the service is reached from outside, such as https://leads.example.com.")
    return value.rstrip("/") if value else None


def _time_of_day(name: str, value: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise SettingsError(f"{name} must be a time such as 08:00.")
    return time.fromisoformat(value)


def _time_zone(name: str, value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if value != "UTC":
            raise SettingsError(f"{name} must be a name of the IANA database, such as Europe/Berlin.") from None
    return value


def _certificates() -> str:
    """The system's trusted certificate authorities, as one file."""
    paths = ssl.get_default_verify_paths()
    known = (paths.cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
    return next((path for path in known if path and Path(path).exists()), "/etc/ssl/certs/ca-certificates.crt")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.startswith(("/", "%2F", "%2f")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Key = TypeVar("Key", str, str | None)


def _jwt_secret_key(name: str, value: Key) -> Key:
    if value is not None and len(value.encode()) < 32:
        raise SettingsError(f"{name} must be at least 32 bytes long (RFC 7518, 3.2).")
    return value


def _admin_password(value: str | None) -> str | None:
    if value is not None and (len(value) < 8 or len(value.encode()) > 72):
        raise SettingsError("ADMIN_PASSWORD must have at least 8 characters, and at most 72 bytes: bcrypt reads no more.")
    return value


def _rate_limit(name: str, value: str) -> RateLimit:
    try:
        item = limits.parse(value)
    except ValueError:
        raise SettingsError(f"{name} must look like 10/minute or 5/second.") from None
    limit = RateLimit(int(item.amount), int(item.get_expiry()))
    if not 1 <= limit.amount <= 10_000 or not 1 <= limit.seconds <= 86_400:
        raise SettingsError(f"{name} must allow 1 to 10,000 requests in 1 second to 1 day.")
    return limit


def _trusted_proxies(value: str | None) -> TrustedProxies:
    if value is None:
        return TrustedProxies()
    if value == "fly":
        return TrustedProxies(tuple(map(ipaddress.ip_network, FLY_NETWORKS)), "fly-client-ip")
    try:
        return TrustedProxies(tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()))
    except ValueError:
        raise SettingsError("TRUSTED_PROXIES must be 'fly', or addresses and networks separated by commas.") from None


def _names(name: str, value: str) -> tuple[str, ...]:
    """Names separated by commas; none of the schemas that hold what is not for everyone who may read leads."""
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    closed = {"app", "service", "pg_catalog", "information_schema"}.intersection(names)
    if not names or closed:
        raise SettingsError(f"{name} must list schemas, separated by commas{f'; never {min(closed)}' if closed else ''}.")
    return names


def _origins(name: str, value: str | None) -> frozenset[str]:
    """Exact origins (scheme://host[:port]), separated by commas or spaces."""
    origins = frozenset((value or "").replace(",", " ").split())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise SettingsError(f"{name} must list origins such as https://www.example.com, without a path.")
    return origins
