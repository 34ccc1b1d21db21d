"""Definitions of the corpus run on clusters, whose steps are really executed; each family has a twin that fails as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corpus import needs_corpus
from tests.corpus_runs import on_emr

if TYPE_CHECKING:
    from tests.corpus_runs.conftest import RunOnClusters
    from tests.corpus_runs.pipeline import Pipeline

pytestmark = [pytest.mark.long, needs_corpus]


@pytest.mark.parametrize("pipeline", [*on_emr.GOOD, *on_emr.BROKEN], ids=str)
def test_a_pipeline_runs_on_its_cluster(pipeline: Pipeline, run_on_clusters: RunOnClusters) -> None:
    run_on_clusters(pipeline)
