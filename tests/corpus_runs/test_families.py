"""Which pipelines of the corpus are run, and that each family has one that fails."""

from __future__ import annotations

import pytest

from tests.corpus import needs_corpus
from tests.corpus_runs import on_emr, on_machines, runner, with_dynamodb

FAMILIES = {
    on_emr: {
        "HadoopActivity",
        "scripts by script-runner",
        "shell command on a cluster",
        "spark-submit",
        "streaming step",
    },
    with_dynamodb: {"DynamoDB export", "DynamoDB import", "DynamoDB to DynamoDB"},
    on_machines: {
        "AWS command line on a machine",
        "CopyActivity",
        "SqlActivity and shell",
        "script on a machine",
        "shell commands on a machine",
        "staging on a machine",
    },
}


@pytest.mark.parametrize("place", FAMILIES, ids=lambda place: place.__name__.rpartition(".")[2])
def test_each_family_has_a_pipeline_that_works_and_one_that_fails(place: object) -> None:
    good, broken = place.GOOD, place.BROKEN  # type: ignore[attr-defined]
    assert {each.family for each in good} == {each.family for each in broken} == FAMILIES[place]  # type: ignore[index]
    assert all(each.failed for each in broken)
    assert not any(each.failed for each in good)


@needs_corpus
def test_at_least_twenty_files_are_run_on_clusters() -> None:
    assert len({runner.file_of(each.file) for each in (*on_emr.GOOD, *with_dynamodb.GOOD)}) >= 20
