"""A person runs the on-demand example: logs in, fills in the form, triggers, sees that it succeeded.

With SCREENSHOTS=FOLDER in the environment, pictures of the form and of the run are written there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo import run as demo_run
from demo.conversion import ON_DEMAND
from tests.end_to_end import browser
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import Live

pytestmark = pytest.mark.long

FOLDER = "by-hand"


@pytest.fixture
def page() -> Iterator[Any]:
    """An empty page; skips where there is no browser. Comes first, so that nothing starts in vain."""
    chromium = browser.find_chromium()
    if chromium is None:
        pytest.skip("No browser: install Debian's package chromium.")
    with browser.page(chromium) as opened:
        yield opened


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_trigger_with_the_form(page: Any, live: Live) -> None:
    airflow = live.airflow
    wait_until(lambda: airflow.has_dag(ON_DEMAND), 90, f"Airflow has read {ON_DEMAND}", poll=0.5)
    page.goto(f"{airflow.url}/dags/{ON_DEMAND}")
    page.get_by_label("Username").fill(airflow.user)
    page.get_by_label("Password").fill(airflow.password)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("button", name="Trigger").first.click()
    output = page.locator("[name=element_myOutputS3Loc]")
    assert output.input_value() == "s3://my-output-logs/"
    assert page.locator("[name=element_myRDSTableName]").input_value() == "rdstable"
    assert page.get_by_text("RDS MySQL table name").is_visible()
    output.fill(f"s3://my-output-logs/{FOLDER}")
    picture(page, "trigger-form")
    page.get_by_test_id("trigger-dag-submit").click()

    wait_until(lambda: bool(by_hand(live)), 30, "The run exists", poll=0.5)
    (run,) = by_hand(live)
    demo_run.wait_until_succeeded(airflow, {ON_DEMAND: len(airflow.runs(ON_DEMAND))})
    page.goto(f"{airflow.url}/dags/{ON_DEMAND}/runs/{run['dag_run_id']}")
    page.get_by_text("Success", exact=True).first.wait_for()
    picture(page, "run")
    assert len(live.s3.keys("my-output-logs", f"{FOLDER}/")) == 1


def by_hand(live: Live) -> list[dict[str, Any]]:
    """Return the runs that were triggered with this test's folder."""
    wanted = f"s3://my-output-logs/{FOLDER}"
    return [run for run in live.airflow.runs(ON_DEMAND) if run["conf"].get("myOutputS3Loc") == wanted]
