"""A person opens the page of an assessment in a browser: reads, sorts, searches, filters, opens, copies, turns it dark.

With SCREENSHOTS=FOLDER in the environment, pictures of the page are written there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_converters.cli import main

from tests.converters.assessment.estates import BOX, ON_DEMAND, PASSWORD, folder, shell
from tests.end_to_end import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


def definition(source: str, target: str, *more: dict[str, Any], **fields: Any) -> dict[str, Any]:
    work = shell(input={"ref": "In"}, output={"ref": "Out"}, stage="true", **fields)
    return {"objects": [ON_DEMAND, BOX, work, folder("In", source), folder("Out", target), *more]}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page in a browser, with what it complained of and what it asked for; skips where there is no browser."""
    chromium = browser.find_chromium()
    if chromium is None:
        pytest.skip("No browser: install Debian's package chromium.")
    estate = tmp_path_factory.mktemp("estate")
    definitions = {
        "b-ingest": definition("s3://lake/landing/", "s3://lake/raw/", command="sudo yum install jq"),
        "c-clean": definition(
            "s3://lake/raw/", "s3://lake/clean/#{@scheduledStartTime}", command=f"PGPASSWORD={PASSWORD} x"
        ),
        "a-report": definition("s3://lake/clean/", "s3://lake/reports/"),
        "d-hostile": {"objects": [ON_DEMAND, BOX, shell(HOSTILE), {"id": "Odd", "type": HOSTILE}]},
    }
    definitions |= {f"e-copy-{number:02}": {"objects": [ON_DEMAND, BOX, shell()]} for number in range(60)}
    for name, document in definitions.items():
        (estate / f"{name}.json").write_text(json.dumps(document))
    target = tmp_path_factory.mktemp("page") / "page.html"
    assert main(["assess", str(estate), "--html", str(target)]) == 1
    with browser.page(chromium) as page:
        page.complaints, page.asked = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.target = target
        yield page


@pytest.fixture
def page(opened: Any) -> Any:
    """The page, freshly opened, in daylight."""
    opened.emulate_media(color_scheme="light")
    opened.set_viewport_size({"width": 1400, "height": 900})
    opened.complaints.clear()
    opened.asked.clear()
    opened.goto(opened.target.as_uri())
    yield opened
    assert opened.complaints == []
    assert opened.asked == [opened.target.as_uri()]
    assert opened.evaluate("window.hacked") is None


def picture(page: Any, name: str) -> None:
    if chosen := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(chosen) / f"{name}.png", full_page=True)


def names(page: Any) -> list[str]:
    return page.locator("#t-pipelines tbody tr:visible th .link").all_inner_texts()  # type: ignore[no-any-return]


def test_the_summary_says_what_matters(page: Any) -> None:
    assert page.locator(".lead").inner_text().startswith("64 pipelines: 62 convert fully")
    assert page.locator(".tile b").first.inner_text() == "64"
    picture(page, "assessment-light")


def test_sorting_turns_round_and_is_told_to_those_who_hear(page: Any) -> None:
    title = page.locator("#t-pipelines th", has_text="Pipeline").first
    title.get_by_role("button").click()
    assert title.get_attribute("aria-sort") == "ascending"
    assert names(page)[:3] == ["a-report", "b-ingest", "c-clean"]
    title.get_by_role("button").click()
    assert title.get_attribute("aria-sort") == "descending"
    assert names(page)[0] == "e-copy-59"
    page.locator("#t-pipelines thead").get_by_role("button", name="Wave").click()
    page.locator("#t-pipelines thead").get_by_role("button", name="Wave").click()
    waves = [
        int(text) for text in page.locator("#t-pipelines tbody tr:visible td:nth-child(4)").all_inner_texts()
    ]
    assert waves == sorted(waves, reverse=True)
    assert waves[0] > 1


def test_long_tables_are_shown_in_part(page: Any) -> None:
    assert len(names(page)) == 50
    page.get_by_role("button", name="Show all 64").click()
    assert len(names(page)) == 64


def test_search_and_filters(page: Any) -> None:
    page.get_by_label("Search pipelines, files, problems").fill("CLEAN json")
    assert names(page) == ["c-clean"]
    assert page.locator("[data-count=t-pipelines]").inner_text() == "1 of 64"
    page.get_by_label("Search pipelines, files, problems").fill("")
    page.get_by_label("Status").select_option("refused")
    assert names(page) == ["d-hostile"]


def test_a_name_opens_what_is_known(page: Any) -> None:
    page.locator("#t-pipelines").get_by_role("button", name="c-clean").click()
    panel = page.get_by_role("dialog")
    assert panel.get_by_role("heading", name="c-clean").is_visible()
    assert "s3://lake/raw" in panel.inner_text()
    assert "object `Work`, field `command`" in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    page.locator("#t-pipelines").get_by_role("button", name="d-hostile").click()
    assert "window.hacked = 1" in panel.inner_text()


def test_the_lineage_is_drawn_and_works_by_keyboard(page: Any) -> None:
    assert page.locator("#graph .node").count() == 3
    ends = [
        (edge.get_attribute("data-from"), edge.get_attribute("data-to"))
        for edge in page.locator(".edge").all()
    ]
    assert sorted(ends) == [("b-ingest", "c-clean"), ("c-clean", "a-report")]
    boxes = {
        node.get_attribute("data-open"): node.bounding_box()["x"]
        for node in page.locator("#graph .node").all()
    }
    assert boxes["b-ingest"] < boxes["c-clean"] < boxes["a-report"]
    page.locator("#graph .node[data-open=c-clean]").focus()
    assert page.locator("#graph .edge.on").count() == 2
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").is_visible()


def test_dark_and_light(page: Any) -> None:
    def ground() -> Any:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.emulate_media(color_scheme="dark")
    dark = ground()
    assert dark != light
    picture(page, "assessment-dark")
    page.get_by_role("button", name="Light", exact=True).click()
    assert ground() == light
    page.get_by_role("button", name="Dark", exact=True).click()
    assert ground() == dark
    page.evaluate("localStorage.clear()")


def test_the_policy_is_copied(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    policy = json.loads(page.evaluate("navigator.clipboard.readText()"))
    read = next(statement for statement in policy["Statement"] if statement["Sid"] == "ReadObjects")
    assert read["Resource"] == [f"arn:aws:s3:::lake/{key}/*" for key in ("clean", "landing", "raw")]


def test_a_narrow_window_scrolls_one_way_only(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    picture(page, "assessment-narrow")


def test_tables_fit_a_laptop(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    hidden = page.evaluate(
        "Array.from(document.querySelectorAll('.scroll:has(table)'), (one) => one.scrollWidth - one.clientWidth)"
    )
    assert set(hidden) == {0}


def test_no_secret_is_in_it(page: Any) -> None:
    assert PASSWORD not in page.content()
