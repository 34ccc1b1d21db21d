"""How the service is called: in bursts of 100, then once or twice a second (dp-limits), page by page."""

from __future__ import annotations

from typing import Any, cast

import pytest
from datapipeline_converters.account.faults import AccountError
from datapipeline_converters.account.throttling import Api, Pace


@pytest.mark.parametrize(
    ("operation", "gap"),
    [
        ("get_pipeline_definition", 1.0),
        ("list_pipelines", 1.0),
        ("describe_pipelines", 1.0),
        ("query_objects", 0.5),
        ("describe_objects", 0.5),
    ],
)
def test_after_a_burst_calls_keep_their_distance(operation: str, gap: float) -> None:
    pace = Pace()
    assert [pace.due(operation, 0.0) for _ in range(100)] == [0.0] * 100
    assert [pace.due(operation, 0.0) for _ in range(3)] == [gap, 2 * gap, 3 * gap]


def test_each_operation_has_its_own_limit() -> None:
    pace = Pace(burst=1)
    assert pace.due("query_objects", 0.0) == 0.0
    assert pace.due("describe_objects", 0.0) == 0.0
    assert pace.due("query_objects", 0.0) == 0.5


def test_places_come_back_with_time_up_to_a_burst() -> None:
    pace = Pace(burst=2)
    assert [pace.due("list_pipelines", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert pace.due("list_pipelines", 2.0) == 0.0
    assert [pace.due("list_pipelines", 1000.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_what_the_service_finds_too_fast_is_held_back() -> None:
    pace = Pace()
    pace.hold("query_objects", 4.0)
    assert pace.due("query_objects", 0.0) == 4.5
    assert pace.due("list_pipelines", 0.0) == 0.0


class Pages:
    """A client whose answers are given."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.markers: list[str | None] = []

    def list_pipelines(self, marker: str | None = None) -> dict[str, Any]:
        self.markers.append(marker)
        return self.answers.pop(0)


def test_pages_are_read_up_to_the_last() -> None:
    client = Pages(
        {"pipelineIdList": [1], "hasMoreResults": True, "marker": "a"},
        {"pipelineIdList": [], "hasMoreResults": True, "marker": "b"},
        {"pipelineIdList": [2, 3], "hasMoreResults": False, "marker": "c"},
    )
    assert Api(cast(Any, client), "r").pages("list_pipelines", "pipelineIdList") == ([1, 2, 3], True)
    assert client.markers == [None, "a", "b"]


def test_pages_end_where_enough_were_read() -> None:
    client = Pages({"pipelineIdList": [1], "hasMoreResults": True, "marker": "a"})
    assert Api(cast(Any, client), "r").pages("list_pipelines", "pipelineIdList", limit=1) == ([1], False)


def test_a_page_that_leads_nowhere_is_no_last_page() -> None:
    client = Pages({"pipelineIdList": [1], "hasMoreResults": True})
    with pytest.raises(AccountError, match="ListPipelines says that there is more, and not where"):
        Api(cast(Any, client), "r").pages("list_pipelines", "pipelineIdList")
