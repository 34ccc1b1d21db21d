"""Tells what a verification found: a few lines for people, everything for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datapipeline_converters.plan import ArrayParam
from datapipeline_converters.verification import Verification
from datapipeline_converters.verification.comparison import Difference, Failure, Result
from datapipeline_converters.wording import counted

_AROUND = 40  # characters shown before the first difference, and twice as many behind it


def report_lines(found: Verification) -> list[str]:
    """Return what was found: one line, and a paragraph for each text that differs."""
    if found.error:
        return [f"{found.name}: Airflow cannot import {found.name}.py: {found.error}"]
    texts = _grouped(found.differences)
    count = f"{counted(found.texts, 'text')} at {counted(found.moments, 'instant')}"
    verdict = f"{counted(len(texts), 'text')} with differences" if texts else "no difference"
    lines = [f"{found.name}: {count}, {verdict}"]
    for group in texts:
        lines += _paragraph(group)
    for group in _grouped([item for item in found.without_text if not item.made_up]):
        assert isinstance(group[0].expected, Failure)  # noqa: S101 - that is why it is here
        lines.append(
            f"  {_place(group[0])}: no text on either side at {_instants(group)}: {group[0].expected.reason}"
        )
    return lines


def report_json(found: Verification) -> dict[str, Any]:
    """Return what was found as JSON values."""
    return {
        "name": found.name,
        "texts": found.texts,
        "instants": found.moments,
        "renderings": found.renderings,
        "differences": [_difference_json(difference) for difference in found.differences],
        "without_text": [_difference_json(difference) for difference in found.without_text],
        "error": found.error or None,
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    run, source = difference.run, difference.source
    return {
        "dag": run.dag.id,
        "task": difference.task_id,
        "object": source.object_id if source else None,
        "field": source.field if source else None,
        "callback": difference.place or None,
        "start": run.moment.start.isoformat(),
        "end": run.moment.end.isoformat(),
        "parameters": dict(run.given),
        "template": _template_json(difference.template),
        "templated": difference.templated,
        "expected": _result_json(difference.expected),
        "rendered": _result_json(difference.rendered),
    }


def _template_json(template: str | tuple[str | ArrayParam, ...]) -> Any:
    if isinstance(template, str):
        return template
    return [item if isinstance(item, str) else {"param": item.name} for item in template]


def _result_json(result: Result) -> Any:
    return {"error": result.reason} if isinstance(result, Failure) else result


def _grouped(differences: Sequence[Difference]) -> list[list[Difference]]:
    """Return the differences of each text together."""
    groups: dict[tuple[Any, ...], list[Difference]] = {}
    for difference in differences:
        key = (difference.run.dag.id, difference.task_id, _place(difference), difference.template)
        groups.setdefault(key, []).append(difference)
    return list(groups.values())


def _paragraph(group: Sequence[Difference]) -> list[str]:
    first = group[0]
    expected, rendered = _shown(first.expected, first.rendered)
    why = "" if first.templated else " (no templated argument of the task has this text)"
    return [
        f"  {_place(first)}, at {_instants(group)}:",
        f"    template: {_short(_template_json(first.template))}{why}",
        f"    expected: {expected}",
        f"    rendered: {rendered}",
    ]


def _place(difference: Difference) -> str:
    source = difference.source
    where = f"object {source.object_id!r}, field {source.field!r}" if source else "text without expressions"
    callback = f", {difference.place}" if difference.place else ""
    return f"{where}, task {difference.task_id!r}{callback}"


def _instants(group: Sequence[Difference]) -> str:
    more = f" and {counted(len(group) - 1, 'other instant')}" if len(group) > 1 else ""
    return f"{group[0].run.moment}{more}"


def _shown(expected: Result, rendered: Result) -> tuple[str, str]:
    """Return two results, each from a little before where they begin to differ."""
    if not (isinstance(expected, str) and isinstance(rendered, str)):
        return _short(expected), _short(rendered)
    pairs = zip(expected, rendered, strict=False)
    same = next((index for index, (one, other) in enumerate(pairs) if one != other), None)
    if same is None:
        same = min(len(expected), len(rendered))
    start = max(same - _AROUND, 0)
    return _short(expected, start), _short(rendered, start)


def _short(result: Any, start: int = 0) -> str:
    if isinstance(result, Failure):
        return f"no text: {result.reason}"
    if not isinstance(result, str):
        return repr(result)
    end = start + 3 * _AROUND
    return f"{'…' if start else ''}{result[start:end]!r}{'…' if end < len(result) else ''}"
