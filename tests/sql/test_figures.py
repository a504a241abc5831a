"""The figures that are kept: the histogram's bins, and that they are right whatever is done around the triggers."""

import subprocess
import threading
from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest
from sql_support import Connection, add, right, rows, run, value

from conftest import Server, Urls


class TestBins:
    def test_no_bin_is_wider_than_2_percent_and_its_middle_is_in_it(self, owner: Connection) -> None:
        """Each bin's limits, found by asking: the middle is within 1 % of both."""
        statement = """
            SELECT bin, min(s) AS low, max(s) AS high, app.bin_seconds(bin)::float8
            FROM (
                SELECT s, app.response_bin('2026-01-01Z', '2026-01-01Z'::timestamptz + s * interval '1 second') AS bin
                FROM (SELECT round(exp(n / 2000.0)::numeric, 4)::float8 AS s FROM generate_series(1, 38000) AS n) AS t
            ) AS b
            GROUP BY bin ORDER BY bin
        """
        found = run(owner, statement)
        assert len(found) > 900
        for (one_bin, low, high, middle), (next_bin, *_) in pairwise(found):
            assert next_bin == one_bin + 1
            assert high / low <= 1.02
            assert abs(middle - low) / low <= 0.0101
            assert abs(middle - high) / high <= 0.0101

    @pytest.mark.parametrize("limit", [3600, 14400, 28800, 86400])
    def test_limits_of_buckets_are_limits_of_bins(self, owner: Connection, limit: int) -> None:
        statement = "SELECT app.bin_seconds(app.response_bin('2026-01-01Z', '2026-01-01Z'::timestamptz + %s * interval '1 second'))::float8"
        assert value(owner, statement, limit - 0.000001) < limit <= value(owner, statement, limit)

    def test_what_is_odd_has_a_bin(self, owner: Connection) -> None:
        for created, answered in (("2026-01-02Z", "2026-01-01Z"), ("-infinity", "2026-01-01Z"), ("2026-01-01Z", "infinity")):
            assert value(owner, "SELECT app.response_bin(%s, %s)", created, answered) == 0
        assert value(owner, "SELECT app.response_bin('2000-01-01Z', '9000-01-01Z')") < 1600
        assert value(owner, "SELECT app.response_bin('2000-01-01Z', NULL)") is None


class TestKept:
    """The kept figures, whatever is done around the triggers."""

    def test_verify_tells_and_rebuild_mends(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(6):
                add(owner, source=f"s{number}", first_response_at=datetime.now(UTC))
            run(owner, "SELECT service.tidy()")
            run(owner, "UPDATE app.lead_cells SET leads = leads + 3 WHERE figure = 'source' AND value = 's1'")
            run(owner, "DELETE FROM app.lead_cells WHERE figure = 'role'")
            run(owner, "INSERT INTO app.lead_cells VALUES ('day_source', '2020-01-01Z', 'nobody', 2, 1)")
            run(owner, "UPDATE app.lead_counts SET leads = 1")
            found = rows(owner, "SELECT kept_in, figure, value, leads, leads_kept FROM stats.verify() ORDER BY 1, 2")
            assert [tuple(row.values()) for row in found] == [
                ("lead_cells", "day_source", "nobody", 0, 2),
                ("lead_cells", "role", "unknown", 6, 0),
                ("lead_cells", "source", "s1", 1, 4),
                ("lead_counts", "total", "unread contact medium f f", 6, 1),
            ]
            assert value(owner, "SELECT app.rebuild_figures()") == 4
            assert right(owner)
            assert value(owner, "SELECT app.rebuild_figures()") == 0

    def test_a_restored_backup_is_right_and_goes_on(self, server: Server, fresh_urls: Urls) -> None:
        """With some changes folded, and some not yet."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(5):
                add(owner, source=f"s{number}")
            run(owner, "SELECT service.tidy()")
            run(owner, "UPDATE contact_leads SET status = 'contacted' WHERE source < 's3'")
            before = value(owner, "SELECT service.lead_stats()")
        programs = server.cluster.bin_dir
        archive = subprocess.run([programs / "pg_dump", "-Fc", fresh_urls.superuser], check=True, capture_output=True).stdout
        with server.clone("template0") as restored:
            subprocess.run([programs / "pg_restore", "-d", restored.superuser], input=archive, check=True)
            with psycopg.connect(restored.owner, autocommit=True) as owner:
                assert right(owner)
                assert value(owner, "SELECT service.lead_stats()") == before
                add(owner)
                run(owner, "SELECT service.tidy()")
                assert right(owner)
                assert value(owner, "SELECT leads FROM stats.overview") == 6

    def test_a_rebuild_while_leads_are_written_and_folded(self, fresh_urls: Urls) -> None:
        stop = threading.Event()

        def write(number: int) -> None:
            with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
                while not stop.is_set():
                    lead = add(connection, source=f"s{number}")
                    run(connection, "UPDATE contact_leads SET status = 'contacted' WHERE id = %s", lead)
                    run(connection, "DELETE FROM contact_leads WHERE id = %s AND id %% 3 = 0", lead)

        def fold() -> None:
            with psycopg.connect(fresh_urls.service, autocommit=True) as connection:
                while not stop.is_set():
                    run(connection, "SELECT service.tidy()")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2)] + [threading.Thread(target=fold)]
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for thread in threads:
                thread.start()
            try:
                for _ in range(15):
                    run(owner, "UPDATE app.lead_cells SET leads = leads + 1 WHERE figure = 'source' AND value = 's1'")
                    run(owner, "SELECT app.rebuild_figures()")
                    assert right(owner)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            assert right(owner)

    def test_an_import_is_folded_bit_by_bit(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            run(
                owner,
                "INSERT INTO contact_leads (name, email, created_at, source)"
                " SELECT 'x', 'x@y.zz', now() - n * interval '20 minutes', 's' || n FROM generate_series(1, 25000) AS n",
            )
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 25_000
            run(owner, "SELECT service.tidy()")
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 5_000
            assert right(owner)
            assert len(value(owner, "SELECT service.lead_stats()")["by_source"]) == 100
            run(owner, "SELECT service.tidy()")
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 0
            assert right(owner)
            run(owner, "TRUNCATE contact_leads CASCADE")
            assert right(owner)
            assert value(owner, "SELECT leads FROM stats.overview") == 0

    def test_the_largest_are_right_while_changes_are_pending(self, fresh_urls: Urls) -> None:
        """One that is small where it was folded, and large by what is pending, and the other way round."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(8):
                for _ in range(8 - number):
                    add(owner, source=f"s{number}", role=f"r{number}")
            run(owner, "SELECT service.tidy()")
            for _ in range(9):
                add(owner, source="s7", role="r7")
            run(owner, "DELETE FROM contact_leads WHERE source = 's0'")
            statement = "SELECT value, leads::int FROM app.largest_figures('{}', 3)"
            assert run(owner, statement.format("source")) == [("s7", 10), ("s1", 7), ("s2", 6)]
            assert run(owner, statement.format("role")) == [("r7", 10), ("r1", 7), ("r2", 6)]
