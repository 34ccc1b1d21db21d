"""What `pull` writes, read again: name, description, tags and what the account knew of the runs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.definition import Definition, PipelineState
from datapipeline_converters.errors import UnreadableError

SAY = {"id": "Say", "name": "Say", "fields": [{"key": "type", "stringValue": "ShellCommandActivity"}]}


def read(**rest: Any) -> Definition:
    document = {"pipelineId": "df-1", "name": "Nightly load", "pipelineObjects": [SAY], **rest}
    (definition,) = read_definitions(json.dumps(document), "x.json")
    return definition


def test_everything_is_read_and_nothing_is_reported() -> None:
    found = read(
        description="Loads",
        tags=[{"key": "team", "value": "data"}],
        region="us-east-1",
        version="active",
        state={
            "status": "SCHEDULED",
            "activatedAt": "2026-11-01T14:30:00",
            "finished": {"Say": "2026-11-20T14:30:00"},
            "notes": ["A note."],
            "complete": True,
        },
        parameterObjects=[],
        parameterValues=[],
    )
    assert (found.name, found.description, found.tags) == ("Nightly load", "Loads", {"team": "data"})
    assert found.state == PipelineState(
        status="SCHEDULED",
        activated_at=datetime.fromisoformat("2026-11-01T14:30:00"),
        finished={"Say": datetime.fromisoformat("2026-11-20T14:30:00")},
        pipeline_id="df-1",
        notes=("A note.",),
    )
    assert found.repairs == ()
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-01T14:30:00", "2026-11-01T14:30:00"),
        ("2026-11-01T14:30:00Z", "2026-11-01T14:30:00"),
        ("2026-11-01T14:30:00+02:00", "2026-11-01T12:30:00"),
    ],
)
def test_moments_are_in_utc(written: str, moment: str) -> None:
    assert read(state={"activatedAt": written}).state.activated_at == datetime.fromisoformat(moment)


@pytest.mark.parametrize("rest", [{}, {"state": None}, {"state": {}}, {"state": {"finished": None}}])
def test_an_answer_without_state(rest: dict[str, Any]) -> None:
    assert read(**rest).state == PipelineState(pipeline_id="df-1")


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ({"state": ["x"]}, "`state` is a list, not an object"),
        ({"state": {"finished": ["x"]}}, "`finished` is a list, not an object"),
        ({"state": {"activatedAt": "yesterday"}}, "`state.activatedAt` is no moment such as"),
        ({"state": {"finished": {"Say": "soon"}}}, "`state.finished.Say` is no moment such as"),
        ({"tags": {"a": "b"}}, "`tags` is an object, not a list"),
    ],
)
def test_what_is_no_state_is_refused(rest: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(**rest)
    assert said in str(caught.value)


def test_the_same_keys_mean_nothing_without_a_pipeline_id() -> None:
    (found,) = read_definitions(json.dumps({"name": "n", "state": {}, "pipelineObjects": [SAY]}), "x.json")
    assert found.name == ""
    assert [repair.place for repair in found.repairs] == ["name", "state"]
