"""The leads table: what one finds, selects, changes and takes back, and takes away."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from browser.conftest import Dashboard, expect_console
from playwright.async_api import Page, expect
from realtime.support import until

Owner = psycopg.Connection[tuple[Any, ...]]
AddLeads = Callable[..., list[int]]


def row(page: Page, lead: int) -> Any:
    return page.locator(f"[data-lead='{lead}']")


async def total(page: Page, count: int) -> None:
    await expect(page.locator(f"[data-total='{count}']")).to_be_visible()


def statuses(owner: Owner, ids: list[int]) -> list[str]:
    return [
        found[0] for found in owner.execute("SELECT status::text FROM contact_leads WHERE id = ANY(%s) ORDER BY id", (ids,))
    ]


async def test_a_link_reproduces_the_view(dashboard: Dashboard, add_leads: AddLeads) -> None:
    one, two = add_leads(2, name="Linked {n}", company='Link & Sons, "Ltd"', status="processing")
    add_leads(1, name="Other", company="Elsewhere")
    page = await dashboard("/leads")
    await page.get_by_role("button", name="More filters").click()
    builder = page.get_by_role("dialog", name="Filters")
    await builder.get_by_role("button", name="Add a condition").click()
    await builder.get_by_role("textbox", name="Value").fill('Sons, "L')
    await builder.get_by_role("button", name="Show the leads").click()
    await total(page, 2)
    await page.get_by_role("button", name="Status", exact=True).click()
    await page.get_by_role("menuitemcheckbox", name="Processing").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Sort by Name").click()
    await page.get_by_role("button", name="Columns and density").click()
    await page.get_by_role("checkbox", name="Tags").uncheck()
    await page.get_by_text("Compact", exact=True).click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("row").nth(1)).to_have_attribute("data-lead", str(one))
    link = page.url
    other = await dashboard(link.partition("://")[2].partition("/")[2].join(["/", ""]), role="viewer")
    await total(other, 2)
    await expect(other.get_by_role("row").nth(1)).to_have_attribute("data-lead", str(one))
    await expect(other.get_by_role("row").nth(2)).to_have_attribute("data-lead", str(two))
    await expect(other.get_by_role("button", name='Remove the filter: Company contains Sons, "L')).to_be_visible()
    # A step back is a step back.
    await page.go_back()
    await expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "none")


async def test_a_view_is_saved_for_the_team(dashboard: Dashboard, add_leads: AddLeads) -> None:
    add_leads(2, name="Viewed {n}", source="fair")
    page = await dashboard("/leads?source=eq.fair", role="editor")
    await total(page, 2)
    await page.get_by_role("button", name="View", exact=True).click()
    await page.get_by_role("menuitem", name="Save as a view").click()
    await page.get_by_label("Name of the view").fill("From the fair")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("“From the fair” is saved for the team.")).to_be_visible()
    other = await dashboard("/leads", role="viewer")
    await other.get_by_role("button", name="View: Inbox").click()
    await expect(other.get_by_role("menuitem", name="Save as a view")).to_have_count(0)
    await other.get_by_role("menuitem", name="From the fair").click()
    await total(other, 2)
    # The same name again is told at its field, and nothing is lost.
    expect_console(page, "status of 409")
    await page.goto("/leads?source=eq.elsewhere")
    await page.get_by_role("button", name="View", exact=True).click()
    await page.get_by_role("menuitem", name="Save as a view").click()
    await page.get_by_label("Name of the view").fill("from the FAIR")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_label("Name of the view")).to_have_accessible_description(re.compile("already", re.IGNORECASE))


async def test_search_as_one_types(dashboard: Dashboard, add_leads: AddLeads) -> None:
    (lead,) = add_leads(1, name="Quentin Search", message="He asks about zebras & <b>horses</b>.")
    page = await dashboard("/leads")
    await page.get_by_label("Search leads").press_sequentially("zebr", delay=20)
    await expect(row(page, lead)).to_be_visible()
    await total(page, 1)
    await expect(row(page, lead).locator("mark")).to_have_text("zebras")
    await expect(row(page, lead)).to_contain_text("zebras & <b>horses")
    await page.get_by_label("Search leads").press("Escape")
    await expect(row(page, lead).locator("mark")).to_have_count(0)


async def test_all_that_match_are_changed_after_a_look_and_back_again(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner
) -> None:
    ids = add_leads(240, name="Many {n}", source="bulk", status="unread")
    owner.execute("UPDATE contact_leads SET status = 'archived' WHERE id = %s", (ids[0],))
    page = await dashboard("/leads?source=eq.bulk", role="editor")
    await total(page, 240)
    await page.get_by_role("checkbox", name="Select all that are loaded").check()
    await page.get_by_role("button", name="Select all 240 matching").click()
    actions = page.get_by_role("region", name="What to do with the selected leads")
    await expect(actions).to_contain_text("All 240 matching are selected")
    await actions.get_by_role("button", name="Status").click()
    await page.get_by_role("menuitem", name="Archived").click()
    look = page.get_by_role("dialog", name="Before it is done")
    await expect(look).to_contain_text("239 leads will be changed: status Archived.")
    await expect(look).to_contain_text("1 are so already")
    assert statuses(owner, ids).count("archived") == 1, "only a look"
    await look.get_by_role("button", name="Change 239").click()
    await expect(page.get_by_text("239 leads: status Archived.")).to_be_visible()
    assert statuses(owner, ids).count("archived") == 240
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone for 239.")).to_be_visible()
    assert statuses(owner, ids) == ["archived", *["unread"] * 239]


async def test_what_changes_between_the_look_and_the_deed_is_shown_again(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner
) -> None:
    ids = add_leads(3, name="Shifting {n}", source="shift")
    page = await dashboard("/leads?source=eq.shift", role="editor")
    await page.get_by_role("checkbox", name="Select all that are loaded").check()
    await page.get_by_role("region", name="What to do").get_by_role("button", name="Priority").click()
    await page.get_by_role("menuitem", name="Urgent").click()
    look = page.get_by_role("dialog", name="Before it is done")
    await expect(look).to_contain_text("3 leads will be changed")
    owner.execute("UPDATE contact_leads SET priority = 'urgent' WHERE id = %s", (ids[1],))
    expect_console(page, "status of 412")
    await look.get_by_role("button", name="Change 3").click()
    await expect(look).to_contain_text("The selection changed meanwhile")
    await look.get_by_role("button", name="Change 2").click()
    await expect(look).to_be_hidden()
    assert owner.execute("SELECT count(*) FROM contact_leads WHERE source = 'shift' AND priority = 'urgent'").fetchone() == (3,)


async def test_selection_is_kept_while_one_looks_around(dashboard: Dashboard, add_leads: AddLeads) -> None:
    first = add_leads(3, name="Kept {n}", source="here")
    (far,) = add_leads(1, name="Kept too", source="there")
    page = await dashboard("/leads?source=eq.here")
    await row(page, first[2]).get_by_role("checkbox").check()
    await row(page, first[0]).get_by_role("checkbox").click(modifiers=["Shift"])
    selected = page.get_by_role("region", name="What to do")
    await expect(selected).to_contain_text("3 selected")
    await page.get_by_role("button", name="Clear all").click()
    await page.get_by_label("Search leads").fill("Kept too")
    await row(page, far).get_by_role("checkbox").check()
    await expect(selected).to_contain_text("4 selected")


async def test_tags_assignee_and_day_of_many(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    ids = add_leads(2, name="Fields {n}", source="fields", tags=["old"])
    page = await dashboard("/leads?source=eq.fields", role="editor", username=None)
    selected = page.get_by_role("region", name="What to do")

    async def apply(text: str) -> None:
        look = page.get_by_role("dialog", name="Before it is done")
        await expect(look).to_contain_text(text)
        await look.get_by_role("button", name="Change 2").click()
        await expect(look).to_be_hidden()

    await page.get_by_role("checkbox", name="Select all that are loaded").check()
    await selected.get_by_role("button", name="Tags").click()
    await page.get_by_role("combobox", name="Add tags").fill("vip")
    await page.get_by_role("combobox", name="Add tags").press("Enter")
    await page.get_by_role("combobox", name="Remove tags").fill("old")
    await page.get_by_role("combobox", name="Remove tags").press("Enter")
    await page.get_by_role("button", name="Look first").click()
    await apply("tags added: vip; tags removed: old")
    await page.get_by_role("checkbox", name="Select all that are loaded").check()
    await selected.get_by_role("button", name="Follow-up").click()
    await page.get_by_label("Day").fill("2026-12-24")
    await page.get_by_role("button", name="Look first").click()
    await apply("follow-up on 24 Dec 2026")
    found = owner.execute("SELECT tags, follow_up_date::text FROM contact_leads WHERE id = ANY(%s)", (ids,)).fetchall()
    assert found == [(["vip"], "2026-12-24")] * 2


async def test_deleted_restored_and_only_by_an_admin(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    (lead,) = add_leads(1, name="Thrown away")
    editor = await dashboard("/leads", role="editor")
    await row(editor, lead).get_by_role("checkbox").check()
    await expect(editor.get_by_role("region", name="What to do").get_by_role("button", name="Delete")).to_have_count(0)
    page = await dashboard("/leads", role="admin")
    await row(page, lead).get_by_role("checkbox").check()
    await page.get_by_role("region", name="What to do").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("1 lead: moved to the trash.")).to_be_visible()
    await expect(row(page, lead)).to_have_count(0)
    await page.goto("/trash")
    await row(page, lead).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("1 lead: restored.")).to_be_visible()
    assert owner.execute("SELECT deleted_at FROM contact_leads WHERE id = %s", (lead,)).fetchone() == (None,)


async def test_edits_in_place(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    (lead,) = add_leads(1, name="In place")
    page = await dashboard("/leads?_columns=name,quality_score,tags,follow_up_date,assignee", role="admin")
    await row(page, lead).get_by_role("button", name="Score of In place").click()
    await page.get_by_role("dialog").get_by_label("Score").fill("75")
    await page.keyboard.press("Enter")
    await row(page, lead).get_by_role("button", name="Follow-up of In place").click()
    await page.get_by_role("dialog").get_by_label("Follow-up").fill("2026-12-31")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await row(page, lead).get_by_role("button", name="Tags of In place").click()
    await page.get_by_role("dialog").get_by_role("combobox", name="Tags").fill("new one")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(row(page, lead)).to_contain_text("new one")
    stored = "SELECT quality_score, follow_up_date::text, tags FROM contact_leads WHERE id = %s"
    await until(lambda: owner.execute(stored, (lead,)).fetchone() == (75, "2026-12-31", ["new one"]))
    # Who may only look has nothing to press.
    viewer = await dashboard("/leads?_columns=name,quality_score", role="viewer")
    await expect(row(viewer, lead)).to_contain_text("75")
    await expect(viewer.get_by_role("button", name="Score of")).to_have_count(0)
    await expect(viewer.get_by_role("button", name="New lead")).to_have_count(0)


async def test_a_move_that_is_not_allowed_is_told(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    """The list is a moment old, and somebody archived the lead: the move that was offered is none any more."""
    (lead,) = add_leads(1, name="Moved on")
    page = await dashboard("/leads", role="editor")
    expect_console(page, "status of 409", "status of 412", "ERR_FAILED")
    await page.route("**/admin/events", lambda route: route.abort())
    await page.reload()
    await row(page, lead).get_by_role("button", name="Status of Moved on").click()
    owner.execute("UPDATE contact_leads SET status = 'archived' WHERE id = %s", (lead,))
    await page.get_by_role("menuitem", name="Contacted").click()
    merge = page.get_by_role("dialog", name="Somebody else changed this too")
    await expect(merge).to_contain_text("Archived")
    await merge.get_by_role("button", name="Use yours").click()
    await expect(merge.get_by_role("alert")).to_contain_text("archived")
    await merge.get_by_role("button", name="Keep theirs").click()
    await expect(row(page, lead).locator("[data-cell=status]")).to_contain_text("Archived")


async def test_the_file_is_what_the_filter_shows(dashboard: Dashboard, add_leads: AddLeads, tmp_path: Path) -> None:
    add_leads(130, name="Exported {n}", source="file", company="=1+1")
    page = await dashboard("/leads?source=eq.file&order=id.asc")
    await total(page, 130)

    async def export(form: str, *, shown: bool) -> str:
        await page.get_by_role("button", name="Export", exact=True).click()
        dialog = page.get_by_role("dialog", name="Export these leads")
        await dialog.get_by_label(re.compile(form)).check()
        if shown:
            await dialog.get_by_label("The columns shown").check()
        async with page.expect_download() as download:
            await dialog.get_by_role("button", name="Export", exact=True).click()
        await expect(dialog).to_be_hidden()
        path = tmp_path / (await download.value).suggested_filename
        await (await download.value).save_as(path)
        return path.read_text(encoding="utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(await export("CSV", shown=True))))
    assert [one["name"] for one in rows] == [f"Exported {number}" for number in range(1, 131)]
    assert {one["company"] for one in rows} == {"'=1+1"}
    assert set(rows[0]) == {
        "id",
        "name",
        "email",
        "company",
        "subject",
        "status",
        "priority",
        "tags",
        "assignee",
        "follow_up_date",
        "created_at",
    }
    assert len([json.loads(line) for line in (await export("NDJSON", shown=False)).splitlines()]) == 130


async def test_a_hundred_thousand_rows_stay_few_in_the_page(dashboard: Dashboard, owner: Owner) -> None:
    """Page after page by the keyset, and only what is in sight is there."""
    owner.execute(
        "INSERT INTO contact_leads (name, email, source, created_at) SELECT 'Row ' || n, 'row' || n || '@example.com', 'crowd',"
        " now() - n * interval '1 minute' FROM generate_series(1, 3000) AS n"
    )
    page = await dashboard("/leads?source=eq.crowd")
    await total(page, 3000)
    grid = page.get_by_role("grid")
    for _ in range(40):
        await grid.evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
        if await page.get_by_role("row", name="Open Row 3000", exact=True).count():
            break
        await expect(page.get_by_text("Loading more")).to_have_count(0)
    await expect(page.get_by_role("row", name="Open Row 3000", exact=True)).to_be_visible()
    assert await page.get_by_role("row").count() < 60
    await expect(page.get_by_role("row", name="Open Row 3000", exact=True)).to_have_attribute("aria-rowindex", "3001")
