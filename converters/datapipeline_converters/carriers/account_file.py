"""Reads what `pull` writes beside a definition: whose it is, and what the account knew of its runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from datapipeline_converters.carriers.shapes import dictionary, list_of_objects
from datapipeline_converters.definition import PipelineState
from datapipeline_converters.errors import UnreadableError

KEYS = frozenset({"pipelineId", "name", "description", "tags", "region", "version", "state"})
_ADVICE = "Pull the pipeline again, or correct it."


def is_from_account(document: dict[str, Any]) -> bool:
    """Tell whether a file says which pipeline of an account it is."""
    return isinstance(document.get("pipelineId"), str)


def read_account(document: dict[str, Any], source: str) -> dict[str, Any]:
    """Return name, description, tags and state, as `Definition` names them.

    :param document: a parsed file that has a pipeline's id
    :raises UnreadableError: when a part is not what it has to be
    """
    given = {key: value for key, value in document.items() if value is not None}
    state = dictionary(given, "state", source) if "state" in given else {}
    finished = dictionary(state, "finished", source) if state.get("finished") else {}
    tags = list_of_objects(given, "tags", source) if "tags" in given else []
    notes = state.get("notes")
    pipeline_id = _text(given, "pipelineId")
    return {
        "name": _text(given, "name"),
        "description": _text(given, "description"),
        "tags": {_text(tag, "key"): _text(tag, "value") for tag in tags if tag.get("key")},
        "state": PipelineState(
            status=_text(state, "status"),
            activated_at=_moment(state["activatedAt"], "activatedAt", source)
            if state.get("activatedAt")
            else None,
            finished={
                name: _moment(written, f"finished.{name}", source) for name, written in finished.items()
            },
            pipeline_id=pipeline_id
            if pipeline_id.startswith("df-")
            else "",  # else another tool's expression
            notes=tuple(str(note) for note in notes) if isinstance(notes, list) else (),
        ),
    }


def _text(container: dict[str, Any], key: str) -> str:
    value = container.get(key, "")
    return str(value) if isinstance(value, str) else ""


def _moment(written: Any, key: str, source: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        fault = f"`state.{key}` is no moment such as 2026-11-20T02:00:00"
        raise UnreadableError(source, fault, _ADVICE) from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
