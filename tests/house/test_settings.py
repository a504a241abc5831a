"""The environment: each variable's default, what it takes, and that a wrong one is named."""

from pathlib import Path

import pytest

from service.settings import RateLimit, Settings, SettingsError


def test_an_empty_environment_works() -> None:
    settings = Settings.from_environ({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path("var").resolve()
    assert settings.public_rate_limit == RateLimit(10, 60)
    assert settings.admin_rate_limit == RateLimit(100, 60)
    assert settings.workers >= 1
    assert settings.database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"), ("PORT", "-1"), ("PORT", "65536"), ("WORKERS", "0"), ("WORKERS", "two"), ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://[::1"), ("JWT_SECRET_KEY", "x" * 31), ("ADMIN_PASSWORD", "x" * 73), ("ADMIN_PASSWORD", "1234567"), ("JWT_PREVIOUS_KEYS", f"{'k' * 32} short"),
        ("LEGACY_LOGIN", "yes"), ("PUBLIC_RATE_LIMIT", "many"),
        ("PUBLIC_RATE_LIMIT", "0/minute"), ("ADMIN_RATE_LIMIT", "10/fortnight"), ("TRUSTED_PROXIES", "nginx"), ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example/path"), ("REDIRECT_ORIGINS", "example.com"), ("LOG_FORMAT", "xml"),
        ("REST_SCHEMAS", "api,app"), ("REST_SCHEMAS", "service"), ("REST_SCHEMAS", ","), ("REST_MAX_ROWS", "0"),
    ],
)  # fmt: skip
def test_a_wrong_one_is_named_and_its_value_is_not(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environ({name: value})
    assert str(refusal.value).startswith(name)
    if len(value) > 12:
        assert value not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "encrypted"),
    [
        ("postgresql://u:p@db.example/leads", True), ("postgresql://u:p@db.example/leads?application_name=x", True),
        ("postgresql://u:p@db.example/leads?sslmode=disable", False), ("postgresql://u:p@127.0.0.1/leads", False),
        ("postgresql://u:p@localhost/leads", False), ("postgresql://u:p@[::1]/leads", False), ("postgresql:///leads?host=/run/pg", False),
        ("postgresql://u:p@10.0.0.1/leads", True),
    ],
)  # fmt: skip
def test_off_loopback_the_database_is_verified(url: str, encrypted: bool) -> None:
    settings = Settings.from_environ({"DATABASE_URL": url})
    assert settings.database_url is not None
    assert ("sslmode=verify-full" in settings.database_url) is encrypted


def test_no_secret_is_in_a_representation() -> None:
    environ = {
        "DATABASE_URL": "postgresql://u:canary@localhost/x", "PUBLIC_DATABASE_URL": "postgresql://u:canary@localhost/x",
        "MIGRATION_DATABASE_URL": "postgresql://u:canary@localhost/x", "JWT_SECRET_KEY": "canary" * 10, "ADMIN_PASSWORD": "canary!!",
        "LISTEN_DATABASE_URL": "postgresql://u:canary@localhost/x", "JWT_PREVIOUS_KEYS": "canary" * 10,
    }  # fmt: skip
    assert "canary" not in repr(Settings.from_environ(environ))


def test_limits_and_lists() -> None:
    settings = Settings.from_environ(
        {"PUBLIC_RATE_LIMIT": "3/hour", "CORS_ORIGINS": "https://a.example, http://b.example:8080", "TRUSTED_PROXIES": "fly"}
    )
    assert settings.public_rate_limit == RateLimit(3, 3600)
    assert settings.cors_origins == {"https://a.example", "http://b.example:8080"}
    assert settings.trusted_proxies.header == "fly-client-ip"
