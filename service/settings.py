"""The environment, read once and frozen. Every setting has a default that works for `leads up`.

docs/operations.md lists them; tests/house/test_docs.py fails when it misses one.
"""

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

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
    metrics: str = "private"
    log_format: str = "auto"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of an environment. Raises SettingsError, naming the variable; an empty one counts as absent."""

        def text(name: str) -> str | None:
            return environ.get(name, "").strip() or None

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
