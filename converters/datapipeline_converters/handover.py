"""Knows what lies between a pipeline's last run and its DAG's first, from what its account knew of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from datapipeline_converters.definition import Definition, PipelineState
from datapipeline_converters.plan import Plan

# It runs no more, or never ran (dp-interpret-status).
_AT_REST = frozenset({"FINISHED", "INACTIVE", "PENDING"})


def stopped_at(definition: Definition) -> datetime | None:
    """Return where the DAG carries on: the end of the last interval that every activity has finished.

    An activity that never finished does not count; None where none did, or nobody knows.
    """
    finished = definition.state.finished
    activities = (item.id for item in definition.objects.values() if (item.type or "").endswith("Activity"))
    return min((finished[name] for name in activities if name in finished), default=None)


def handover(state: PipelineState, plan: Plan, start: datetime | None, *, on_demand: bool) -> list[str]:
    """Return what the user does so that no interval is run twice or by neither.

    :param state: of a pipeline from an account; any other needs nothing
    :param start: the first interval to run, as the user chose it
    :param on_demand: whether the pipeline has no schedule
    """
    members = list(dict.fromkeys(name for dag in plan.dags for name in dag.members))
    if not state.pipeline_id:
        return []
    if not members:
        return list(state.notes)
    if on_demand:
        return [*state.notes, *_trigger(state)]
    return [*state.notes, *_carry_on(state, members, start), *_stop(state)]


def _carry_on(state: PipelineState, members: Sequence[str], start: datetime | None) -> Iterator[str]:
    """Yield where the DAG takes over.

    :param members: ids of the activities
    """
    ends = {name: state.finished[name] for name in members if name in state.finished}
    if not ends:
        return
    first = min(ends.values())
    if start is None:
        what = f": convert with --carry-on, or --start {first.isoformat()}, to carry on there"
    elif start == first:
        what = ": the DAG carries on there"
    elif start < first:
        what = f": the DAG starts at {start.isoformat()}, so that it runs intervals anew"
    else:
        what = f": the DAG starts at {start.isoformat()}, so that neither runs what lies between"
    yield f"Data Pipeline {_finished(ends)}{what}."
    if again := [f"`{name}`" for name, end in ends.items() if end > first]:
        yield f"{', '.join(again)} had finished more than the others: runs from {first.isoformat()} repeat that."
    if none := [f"`{name}`" for name in members if name not in ends]:
        yield f"No interval that {', '.join(none)} finished was found in the account: check where to carry on."


def _finished(ends: Mapping[str, datetime]) -> str:
    if len(set(ends.values())) == 1:
        return f"finished the interval that ends {min(ends.values()).isoformat()} last"
    parts = [f"`{name}` {end.isoformat()}" for name, end in ends.items()]
    return f"finished last the intervals that end: {', '.join(parts)}"


def _stop(state: PipelineState) -> Iterator[str]:
    """Yield how a pipeline with a schedule is stopped."""
    if state.status not in _AT_REST:
        yield (
            "Deactivate the pipeline before you unpause the DAG: `aws datapipeline deactivate-pipeline --pipeline-id "
            f"{state.pipeline_id} --no-cancel-active` lets what runs finish. Pull and convert it again then."
        )


def _trigger(state: PipelineState) -> Iterator[str]:
    """Yield what is to be done about a pipeline on demand."""
    if state.status != "PENDING":
        yield "Whatever activates the pipeline triggers the DAG from now on: change it there."
