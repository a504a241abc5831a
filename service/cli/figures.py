"""`leads stats`: are the figures that the dashboard and analysts read what counting the leads says?"""

import typer

from service.cli.finding import call, owner_url
from service.cli.tables import show
from service.settings import Settings

app = typer.Typer(help="The figures that are kept, so that nobody has to count a million leads.", no_args_is_help=True)

SHOWN = 50


@app.command()
def verify() -> None:
    """Count every lead again, and show each figure that says something else. Read-only; exits 1 when there is one."""
    with owner_url(Settings.from_environ()) as url:
        wrong = call(url, "verify_figures")
    if not wrong:
        typer.echo("Every figure is what counting says.")
        return
    rows = []
    for one in wrong[:SHOWN]:
        begins = "" if one["starts_at"] == "-infinity" else one["starts_at"][:16].replace("T", " ")
        rows.append((one["kept_in"], one["figure"], begins, one["value"], str(one["leads"]), str(one["leads_kept"])))
    show(("kept in", "figure", "from", "value", "counted", "kept"), rows)
    more = f"; the first {SHOWN} are shown" if len(wrong) > SHOWN else ""
    typer.echo(f"{len(wrong):,} figures are wrong{more}. leads stats rebuild mends them.")
    raise typer.Exit(1)


@app.command()
def rebuild() -> None:
    """Put every figure right by counting, while the service runs and leads come in."""
    with owner_url(Settings.from_environ()) as url:
        wrong = call(url, "rebuild_figures")
    typer.echo(f"{wrong:,} figures were put right." if wrong else "Every figure was right.")
