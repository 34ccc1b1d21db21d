"""How a pipeline is run on clusters, for each file of tests that does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.corpus_runs import runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.corpus_runs.pipeline import Pipeline
    from tests.servers.emr import Emr
    from tests.servers.sandbox import Sandbox

RunOnClusters: TypeAlias = Callable[["Pipeline"], None]


@pytest.fixture
def run_on_clusters(
    engines: Emr,
    sandbox: Sandbox,
    airflow_db: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> RunOnClusters:
    """A function that runs a pipeline, and looks at what has become of its work, its clusters and its alarms."""

    def run(pipeline: Pipeline) -> None:
        engines.sandbox, engines.log_seconds = sandbox, 0.0
        inbox = engines.aws.topic_with_inbox("etl")
        runner.prepare(pipeline, engines.aws)
        outcome = runner.run(pipeline, airflow_db, monkeypatch)
        printed = [file.read_text() for each in engines.states() for file in _printed(engines, each)]
        runner.check(pipeline, outcome, "".join([*capfd.readouterr(), *printed]), engines.aws)
        assert sorted(message["Subject"] for message in inbox.take()) == sorted(pipeline.alarms)
        assert [end.code for each in engines.states() if (end := engines.end_of(each))] == [
            pipeline.ended
        ] * pipeline.clusters
        assert {state.partition("_WITH_")[0] for state in engines.states().values()} == {"TERMINATED"}
        steps = [state for each in engines.states() for state in engines.steps(each).values()]
        assert steps.count("COMPLETED") == pipeline.steps
        assert pipeline.failed or len(steps) == pipeline.steps

    return run


def _printed(emr: Emr, cluster_id: str) -> list[Path]:
    return sorted((emr.folder / cluster_id).glob("steps/*/stdout"))
