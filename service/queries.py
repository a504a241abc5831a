"""The named statements of sql/queries: one file, one statement, read once."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "queries"

#: The text of each statement by its file's name: QUERIES["lead"].
QUERIES: dict[str, str] = {path.stem: path.read_text().strip() for path in sorted(FOLDER.glob("*.sql"))}
