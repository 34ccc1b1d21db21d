"""Both examples under the real scheduler: four nights by themselves, the other by command line and by REST."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from demo import run as demo_run
from demo.conversion import NIGHTLY, ON_DEMAND
from demo.sample_data import RDS_DATABASE, RDS_ROWS, WAREHOUSE_DATABASE
from tests.end_to_end.examples import NIGHTS, everything_written, of_night

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Live


@pytest.fixture(scope="module")
def after_the_runs(live: Live) -> Live:
    """Airflow after five runs: one triggered by command line, one by REST, four by their schedule."""
    (night,) = [dag for dag in live.airflow.api("GET", "/dags")["dags"] if dag["dag_id"] == NIGHTLY]
    assert night["is_paused"]  # a converted DAG does not start by itself
    before = len(live.airflow.runs(ON_DEMAND))  # the browser may have been here first
    demo_run.run_dags(live.airflow)
    live.airflow.api("POST", f"/dags/{ON_DEMAND}/dagRuns", {"logical_date": None})
    demo_run.wait_until_succeeded(live.airflow, {ON_DEMAND: before + 2})
    return live


def test_there_are_no_import_errors(after_the_runs: Live) -> None:
    assert after_the_runs.airflow.api("GET", "/importErrors")["import_errors"] == []


def test_the_nights_have_the_intervals_of_data_pipeline(after_the_runs: Live) -> None:
    runs = after_the_runs.airflow.runs(NIGHTLY)
    starts = [datetime.fromisoformat(run["data_interval_start"]).replace(tzinfo=None) for run in runs]
    assert starts == NIGHTS
    assert [run["data_interval_end"] == run["run_after"] for run in runs] == [True] * 4


def test_each_night_has_its_objects_and_rows(after_the_runs: Live) -> None:
    kept = {start.date(): sum(order.survives_cleaning() for order in of_night(start)) for start in NIGHTS}
    daily = after_the_runs.database.query(WAREHOUSE_DATABASE, "select day, orders from daily order by day")
    assert dict(daily) == kept
    for start in NIGHTS:
        assert len(after_the_runs.s3.keys("lake", f"orders/{start:%Y/%m/%d}/")) == 1
        assert after_the_runs.s3.keys("lake", f"clean/{start:%Y/%m/%d}/") == [
            f"clean/{start:%Y/%m/%d}/orders.csv"
        ]


def test_each_run_on_demand_has_its_own_folder(after_the_runs: Live) -> None:
    runs = [run for run in after_the_runs.airflow.runs(ON_DEMAND) if not run["conf"]]
    assert {run["triggered_by"] for run in runs} == {"cli", "rest_api"}
    moments = [datetime.fromisoformat(run["run_after"]) for run in runs]
    keys = after_the_runs.s3.keys("my-output-logs", "2")
    assert [key.rpartition("/")[0] for key in keys] == [f"{moment:%Y-%m-%d-%H-%M-%S}" for moment in moments]
    for key in keys:
        assert after_the_runs.s3.read("my-output-logs", key).count(b"\n") == len(RDS_ROWS)
    assert after_the_runs.database.query(RDS_DATABASE, "select count(*) from rdstable") == [(len(RDS_ROWS),)]


def test_no_password_is_written_anywhere(after_the_runs: Live) -> None:
    written = everything_written(after_the_runs.airflow.home)
    assert "RDStoS3CopyActivity" in written  # otherwise this looked in the wrong place
    for secret in (after_the_runs.database.password, after_the_runs.s3.secret_key):
        assert secret not in written
