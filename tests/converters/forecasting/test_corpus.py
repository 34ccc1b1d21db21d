"""Every real schedule: Airflow makes the runs that follow from the definition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.forecasting import pipeline
from datapipeline_converters.options import Options
from datapipeline_converters.sources import Input, read_input

from tests.corpus import CORPUS, files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_corpus, pytest.mark.long]

FORMS = sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir()) if CORPUS.is_dir() else []
# No definitions, or none that Data Pipeline would take.
REFUSED = {
    "aarti1719__aws__data-pipeline-test.yaml",
    "aarti1719__aws__data-pipeline.yaml",
    "aarti1719__aws__data-pipeline.yaml__rev-f9b9d9f5.yaml",
    "aws__api-reference__ValidatePipelineDefinition-bad-time-request.json",
    "awslabs__aws-support-tools__DataPipeline__PostgresqlRdsToRedshift__postgresqlRDS-to-Redshift-definition.json",
    "awslabs__data-pipeline-samples__samples__json-to-dynamodb__definition.json",
    "awslabs__data-pipeline-samples__samples__kinesis__kinesis-to-s3.json",
    "awslabs__data-pipeline-samples__samples__sqoop__RDSToS3__RDSToS3EDPPipelineDefinition.json",
    "harrystech__arthur-redshift-etl__python__etl__render_template__templates__rebuild_pipeline.json",
    "harrystech__arthur-redshift-etl__python__etl__templates__text__extraction_pipeline.json",
    "harrystech__arthur-redshift-etl__python__etl__templates__text__ondemand_rebuild_pipeline.json",
    "harrystech__arthur-redshift-etl__python__etl__templates__text__rebuild_pipeline.json",
    "harrystech__arthur-redshift-etl__python__etl__templates__text__refresh_pipeline.json",
    "unknown__unknown__stored-text-id-52051163613.tf",
}
# What templates leave open of their schedules.
PERIODS = ("--set", "myPeriod=1 day", "--set", "schedule_period=1 day")
# How many DAGs there are by a schedule and on trigger: about.
# The first activation being known, what runs once from it counts among the former.
LEAST_PERIODIC, LEAST_ON_TRIGGER = 45, 18


def definitions() -> list[Path]:
    """Return the files of every form that can be read, but for those that Data Pipeline would refuse."""
    found = []
    for path in (path for form in FORMS for path in files(form) if path.name not in REFUSED):
        try:
            read_input(Input(path))
        except UnreadableError:
            continue
        found.append(path)
    return found


@pytest.mark.parametrize("option", ["--backfill", "--no-catchup"])
def test_both_sides_make_the_same_runs(capsys: pytest.CaptureFixture[str], option: str) -> None:
    options = [option, "--activated-at", "2024-05-06T06:10:07", "--count", "100", "--json", *PERIODS]
    status = main(["forecast", *map(str, definitions()), *options])
    dags = json.loads(capsys.readouterr().out)["dags"]
    assert {dag["dag"]: dag["differences"] for dag in dags if not dag["same"]} == {}
    assert status == 0
    by = [dag["data_pipeline"]["by"] for dag in dags]
    assert by.count("schedule") >= LEAST_PERIODIC
    assert by.count("on trigger") >= LEAST_ON_TRIGGER


def test_every_activity_is_in_one_dag() -> None:
    read = [(path, definition) for path in definitions() for definition in read_input(Input(path))]
    for path, definition in read:
        made = pipeline(definition, Options(backfill=True))
        members = [member for dag in made.conversion.plan.dags for member in dag.members]
        assert sorted(members) == sorted(made.expected), path.name
