"""`leads roles`, as the owner of a managed PostgreSQL has it: a cluster of its own, since roles belong to the cluster."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from leads_up import FORM, LEADS, leads, private_folder, running

from service.embedded import EmbeddedCluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedCluster]:
    """With an owner who is no superuser and may make roles, and nothing migrated."""
    with private_folder() as folder:
        cluster = EmbeddedCluster(folder / "var", options={"fsync": "off"})
        with cluster.session():
            yield cluster


def test_from_nothing_to_a_service(cluster: EmbeddedCluster, tmp_path: Path) -> None:
    nothing, owner = tmp_path / "var", {"MIGRATION_DATABASE_URL": cluster.url()}

    early = leads(nothing, "roles", **owner)
    assert (early.returncode, early.stdout) == (1, "")
    assert "leads_service" in early.stderr
    assert "leads migrate" in early.stderr

    assert leads(nothing, "migrate", **owner).returncode == 0
    first = urls(leads(nothing, "roles", **owner).stdout)
    assert first["MIGRATION_DATABASE_URL"] == cluster.url()
    assert user(first["DATABASE_URL"]) == "leads_service"
    assert user(first["PUBLIC_DATABASE_URL"]) == "leads_capture"

    again = leads(nothing, "roles", **owner)
    assert (again.returncode, again.stdout) == (1, "")
    assert "leads_service and leads_capture can log in already" in again.stderr
    assert "--reset" in again.stderr
    assert user(first["DATABASE_URL"]) == "leads_service"

    second = urls(leads(nothing, "roles", "--reset", **owner).stdout)
    for name in ("DATABASE_URL", "PUBLIC_DATABASE_URL"):
        with pytest.raises(psycopg.OperationalError):
            user(first[name])
    serves(nothing, second)
    assert not nothing.exists()

    with psycopg.connect(cluster.url("postgres")) as superuser:
        kept = superuser.execute(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname ~ '^leads_' AND rolcanlogin"
        ).fetchall()
    assert {name for name, _ in kept} == {"leads_owner", "leads_service", "leads_capture"}
    assert all(verifier.startswith("SCRAM-SHA-256$") for _, verifier in kept)


def serves(data_dir: Path, environment: dict[str, str]) -> None:
    """`leads serve` with exactly these URLs stores a lead, and stops when told to."""
    with running(data_dir, command=[str(LEADS), "serve"], JWT_SECRET_KEY="k" * 32, **environment) as service:
        assert service.client.get("/readyz").status_code == 200
        assert service.send().status_code == 201
        service.client.close()
        service.tell(signal.SIGTERM)
        assert service.exit_code() == 0, service.output
    with psycopg.connect(environment["MIGRATION_DATABASE_URL"]) as owner:
        assert owner.execute("SELECT name FROM contact_leads").fetchall() == [(FORM["name"],)]


def test_a_server_where_everybody_may_create_is_told_of(cluster: EmbeddedCluster, tmp_path: Path) -> None:
    """As in a database from before PostgreSQL 15."""
    owner = {"MIGRATION_DATABASE_URL": cluster.url()}
    assert leads(tmp_path / "var", "migrate", **owner).returncode == 0
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        superuser.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        said = leads(tmp_path / "var", "roles", "--reset", **owner)
        superuser.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert said.returncode == 0
    assert "docs/security.md" in said.stderr
    assert set(urls(said.stdout)) == {"DATABASE_URL", "PUBLIC_DATABASE_URL", "MIGRATION_DATABASE_URL"}


def test_the_embedded_one_needs_none(tmp_path: Path) -> None:
    said = leads(tmp_path / "var", "roles")
    assert said.returncode == 1
    assert "MIGRATION_DATABASE_URL" in said.stderr
    assert not (tmp_path / "var").exists()


def urls(printed: str) -> dict[str, str]:
    """What it printed for the environment."""
    return dict(re.findall(r"^(\w+)=(\S+)$", printed, flags=re.MULTILINE))


def user(url: str) -> str:
    """Who one is on that URL."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT session_user").fetchone()
    assert row is not None
    return str(row[0])
