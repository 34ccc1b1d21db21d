"""Definitions of the corpus copy tables of DynamoDB on clusters; each family has a twin that fails as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corpus import needs_corpus
from tests.corpus_runs import with_dynamodb

if TYPE_CHECKING:
    from tests.corpus_runs.conftest import RunOnClusters
    from tests.corpus_runs.pipeline import Pipeline

pytestmark = [pytest.mark.long, needs_corpus]


@pytest.mark.parametrize("pipeline", [*with_dynamodb.GOOD, *with_dynamodb.BROKEN], ids=str)
def test_a_pipeline_runs_on_its_cluster(pipeline: Pipeline, run_on_clusters: RunOnClusters) -> None:
    run_on_clusters(pipeline)
