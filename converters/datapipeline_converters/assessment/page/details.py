"""What the page shows of one pipeline when it is opened: written once for pipelines that are alike."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.assessment.estate import Estate
from datapipeline_converters.assessment.summary import KINDS, Status, Summary, Timing

# More entries of one kind are counted.
_MOST = 40


def details(estate: Estate) -> dict[str, Any]:
    """Return the details by pipeline: each text, and each set of texts, stands once.

    :return: `texts`; `sets`, lists of a title and the numbers of its texts; `of`, the number of its set by name
    """
    texts: dict[str, int] = {}
    sets: dict[tuple[tuple[str, tuple[int, ...]], ...], int] = {}
    of: dict[str, int] = {}
    for one in estate.summaries:
        if one.status is Status.OTHER or not one.name:
            continue
        entries = tuple(
            (title, tuple(texts.setdefault(line, len(texts)) for line in _cut(lines)))
            for title, lines in _lines(one).items()
            if lines
        )
        of[one.name] = sets.setdefault(entries, len(sets))
    return {"texts": list(texts), "sets": list(sets), "of": of}


def _lines(one: Summary) -> dict[str, list[str]]:
    return {
        "Why this effort": [reason.text for reason in one.effort_reasons],
        "Left to you": [
            ": ".join(filter(None, [KINDS[b.kind], _place(b.object_id, b.field), b.reason]))
            for b in one.blockers
        ],
        "To decide": list(one.decisions),
        "Objects": [", ".join(f"{number} {kind}" for kind, number in one.objects.items())],
        "Runs": [_run(timing) for timing in one.timings],
        "Reads": [str(dataset) for dataset in one.reads],
        "Writes": [str(dataset) for dataset in one.writes],
        "Secrets in plain text": [f"{place.where}: {place.kind}" for place in one.secrets],
        "Retired": [f"{_place(f.object_id, f.field)}: {f.what}: {f.why}. {f.advice}" for f in one.retired],
        "Commands": [f"{_place(f.object_id, f.field)}: {f.what}: {f.why}. {f.advice}" for f in one.commands],
        "Access that only a run knows": list(one.unknown_needs),
    }


def _run(timing: Timing) -> str:
    style = "" if timing.style == "ondemand" else timing.style
    return ", ".join(
        filter(None, [timing.rhythm, style, timing.starts and f"from {timing.starts}", timing.unknown])
    )


def _place(object_id: str, field: str) -> str:
    return " ".join(filter(None, [object_id, field and f"({field})" if object_id else field]))


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST
    return [*lines[:_MOST], f"… and {more} more"] if more > 0 else lines
