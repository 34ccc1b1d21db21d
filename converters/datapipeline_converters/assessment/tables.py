"""The tables of an assessment: the same for terminal, page and spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from datapipeline_converters.assessment.estate import Estate, Group
from datapipeline_converters.assessment.summary import KINDS, Status

Cell: TypeAlias = "str | int | tuple[str, ...]"


@dataclass(frozen=True)
class Table:
    """Rows under titles; a cell is a text, a number, or several texts."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(estate: Estate) -> list[Table]:
    """Return every table of an assessment."""
    return [Table(name, title, columns, tuple(rows(estate))) for name, title, columns, rows in _TABLES]


def _pipelines(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.summaries:
        if one.status is Status.OTHER:
            continue
        yield (
            one.name,
            one.source,
            str(one.status),
            one.effort,
            estate.waves.get(one.name, ""),
            sum(one.objects.values()),
            one.tasks if one.is_pipeline else "",
            ", ".join(dict.fromkeys(timing.rhythm for timing in one.timings)),
            carried_over(one.grades) if one.is_pipeline else "",
            len(one.blockers),
            len(one.secrets),
            len(one.retired),
            len(one.commands),
            one.service_status,
            one.problem,
            tuple(reason.text for reason in one.effort_reasons),
        )


def carried_over(grades: Mapping[str, int]) -> int:
    """Return how many of a hundred fields are not refused."""
    total = sum(grades.values())
    return 100 * (total - grades.get("refused", 0)) // total if total else 0


def _objects(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for kind, number in estate.objects.items():
        yield kind, number, sum(kind in one.objects for one in estate.summaries)


def _unreadable(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.summaries:
        if one.status is Status.UNREADABLE:
            yield one.name or one.source, one.problem


def _blockers(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for group in estate.blockers:
        kind, of_type, field = group.key
        what = " ".join(filter(None, [of_type, field if kind in {"field", "invalid"} else ""]))
        why = f"for example: {group.why}" if group.varies else group.why
        yield KINDS[kind], what, len(group.pipelines), group.count, why, group.advice, group.pipelines


def _findings(groups: Callable[[Estate], Sequence[Group]]) -> Callable[[Estate], Iterator[tuple[Cell, ...]]]:
    def rows(estate: Estate) -> Iterator[tuple[Cell, ...]]:
        for group in groups(estate):
            weight = "must change" if group.serious else "check"
            yield (
                group.key[0],
                weight,
                len(group.pipelines),
                group.count,
                group.why,
                group.advice,
                group.pipelines,
            )

    return rows


def _secrets(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.summaries:
        for place in one.secrets:
            yield one.name, place.where, place.kind


def _schedules(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.pipelines:
        for timing in one.timings:
            start = timing.starts.replace("T", " ")
            remark = timing.unknown or ("over by now" if timing.over else "")
            yield one.name, timing.schedule, timing.style, timing.period or timing.rhythm, start, remark
        for decision in one.decisions:
            yield one.name, "", "", "", "", decision


def _lineage(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for link in estate.links:
        sure = "certain" if link.certain else "likely"
        yield (
            str(link.written),
            str(link.read),
            sure,
            len(link.writers),
            len(link.readers),
            link.writers,
            link.readers,
        )


def _waves(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    efforts = {one.name: one.effort for one in estate.pipelines}
    for number, names in estate.by_wave.items():
        counts = Counter(efforts[name] for name in names)
        mix = ", ".join(f"{counts[grade]} {grade}" for grade in estate.efforts if counts[grade])
        yield number, len(names), mix, names


def _families(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for names in estate.families:
        yield names[0], len(names), names


def _unknown(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.summaries:
        for text in one.unknown_needs:
            yield one.name, text


def _others(estate: Estate) -> Iterator[tuple[Cell, ...]]:
    for one in estate.summaries:
        if one.status is Status.OTHER:
            yield one.source, one.problem


_GROUP = ("Pipelines", "Places", "Why", "What to do", "In")
_TABLES: tuple[tuple[str, str, tuple[str, ...], Callable[[Estate], Iterator[tuple[Cell, ...]]]], ...] = (
    (
        "pipelines",
        "Pipelines",
        (
            *("Pipeline", "Source", "Status", "Effort", "Wave", "Objects", "Tasks", "Runs", "Fields kept %"),
            *(
                "Left to you",
                "Secrets",
                "Retired",
                "Commands",
                "In the account",
                "Problem",
                "Why this effort",
            ),
        ),
        _pipelines,
    ),
    ("objects", "Objects by type", ("Type", "Objects", "Pipelines"), _objects),
    ("unreadable", "What cannot be read", ("Input", "Why"), _unreadable),
    ("blockers", "What stands in the way", ("Kind", "What", *_GROUP), _blockers),
    ("secrets", "Secrets in plain text", ("Pipeline", "Place", "Kind"), _secrets),
    (
        "retired",
        "Retired machines and releases",
        ("What", "Weight", *_GROUP),
        _findings(lambda estate: estate.retired),
    ),
    (
        "commands",
        "Commands that an Airflow worker may not run",
        ("What", "Weight", *_GROUP),
        _findings(lambda estate: estate.commands),
    ),
    (
        "schedules",
        "When they run",
        ("Pipeline", "Schedule", "Style", "Period", "First start (UTC)", "Remark"),
        _schedules,
    ),
    (
        "lineage",
        "Data that goes from one pipeline to another",
        ("Written", "Read", "Sure", "Writers", "Readers", "Written by", "Read by"),
        _lineage,
    ),
    ("waves", "Suggested waves", ("Wave", "Pipelines", "Effort", "In"), _waves),
    ("families", "Copies of one another", ("First", "Pipelines", "In"), _families),
    ("unknown-access", "Access that only a run knows", ("Pipeline", "Place"), _unknown),
    ("other-files", "Files that hold no pipeline", ("File", "What it is"), _others),
)
