"""Many pipelines together: what their summaries add up to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from datapipeline_converters.assessment import iam
from datapipeline_converters.assessment.effort import GRADES
from datapipeline_converters.assessment.lineage import Link, links
from datapipeline_converters.assessment.summary import Blocker, Finding, Need, Status, Summary, Timing
from datapipeline_converters.assessment.waves import waves
from datapipeline_converters.ledger import Grade
from datapipeline_converters.names import Taken

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Group:
    """The same thing found in several places.

    :param why: what is wrong; of the first one
    :param count: in how many places
    :param varies: whether something else is wrong with others
    :param pipelines: the names of the pipelines, each once
    """

    key: tuple[str, ...]
    why: str
    advice: str
    serious: bool
    count: int
    pipelines: tuple[str, ...]
    varies: bool = False


@dataclass(frozen=True)
class Estate:
    """What was read, and what it adds up to.

    :param summaries: with names that differ
    :param made: when it was looked at
    """

    summaries: tuple[Summary, ...]
    made: datetime

    @cached_property
    def pipelines(self) -> tuple[Summary, ...]:
        """Those that could be read."""
        return tuple(one for one in self.summaries if one.is_pipeline)

    @cached_property
    def statuses(self) -> Mapping[Status, int]:
        """How many there are of each status."""
        counts = Counter(one.status for one in self.summaries)
        return {status: counts[status] for status in Status}

    @cached_property
    def unfit(self) -> int:
        """How many convert fully, and yet use commands that no worker has or releases that no longer start."""
        converted = (one for one in self.summaries if one.status in {Status.READY, Status.ANSWERS})
        return sum(any(found.serious for found in (*one.commands, *one.retired)) for one in converted)

    @cached_property
    def objects(self) -> Mapping[str, int]:
        """How many objects there are of each type, the most frequent first."""
        return _added(one.objects for one in self.summaries)

    @cached_property
    def grades(self) -> Mapping[str, int]:
        """How many fields have each grade of the ledger."""
        found = _added(one.grades for one in self.summaries)
        return {str(grade): found.get(str(grade), 0) for grade in Grade}

    @cached_property
    def efforts(self) -> Mapping[str, int]:
        """How many pipelines have each grade of effort."""
        counts = Counter(one.effort for one in self.pipelines)
        return {grade: counts[grade] for grade in GRADES}

    @cached_property
    def blockers(self) -> tuple[Group, ...]:
        """What stands in the way, what most pipelines have first; alike where kind, type and field are."""
        return _grouped(
            ((one, blocker) for one in self.summaries for blocker in one.blockers),
            lambda blocker: (blocker.kind, blocker.type, blocker.field or _gist(blocker)),
            lambda blocker: (blocker.reason, blocker.advice, True),
        )

    @cached_property
    def retired(self) -> tuple[Group, ...]:
        """Retired machines and releases."""
        return self._findings(lambda one: one.retired)

    @cached_property
    def commands(self) -> tuple[Group, ...]:
        """What commands use that a worker may not have."""
        return self._findings(lambda one: one.commands)

    def _findings(self, of: Callable[[Summary], Sequence[Finding]]) -> tuple[Group, ...]:
        return _grouped(
            ((one, finding) for one in self.summaries for finding in of(one)),
            lambda finding: (finding.what, finding.why, finding.advice),
            lambda finding: (finding.why, finding.advice, finding.serious),
        )

    @cached_property
    def secrets(self) -> int:
        """In how many places a secret stands in plain text."""
        return sum(len(one.secrets) for one in self.summaries)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The data that goes from one pipeline to another."""
        return tuple(links(self.pipelines))

    @cached_property
    def waves(self) -> Mapping[str, int]:
        """The wave of each pipeline, by name."""
        return waves(self.pipelines, self.links)

    @cached_property
    def by_wave(self) -> Mapping[int, tuple[str, ...]]:
        """The names of the pipelines of each wave, the first wave first."""
        found: dict[int, list[str]] = defaultdict(list)
        for name, wave in self.waves.items():
            found[wave].append(name)
        return {wave: tuple(found[wave]) for wave in sorted(found)}

    @cached_property
    def families(self) -> tuple[tuple[str, ...], ...]:
        """The names of pipelines that are copies of one another, the largest family first."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.pipelines:
            found[one.shape].append(one.name)
        return tuple(
            sorted((tuple(names) for names in found.values() if len(names) > 1), key=len, reverse=True)
        )

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What the converted work does in AWS."""
        return tuple(sorted({need for one in self.summaries for need in one.needs}))

    @cached_property
    def policies(self) -> list[dict[str, object]]:
        """The smallest IAM policies for all of it."""
        return iam.policies(self.needs)

    @cached_property
    def hours(self) -> tuple[float, ...]:
        """How many runs start in each hour of the day (UTC) on an average day, of what still runs."""
        hours = [0.0] * 24
        for one in self.pipelines:
            for timing in one.timings:
                if timing.hours and not timing.over:
                    hours = [a + b for a, b in zip(hours, timing.hours, strict=True)]
        return tuple(round(value, 3) for value in hours)

    @cached_property
    def periods(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the pipelines that run with each period, the shortest period first."""
        found: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
        for one in self.pipelines:
            for timing in one.timings:
                found[_order(timing.minutes, timing.unknown), _rhythm(timing)].setdefault(one.name)
        return {
            rhythm: tuple(names) for (_, rhythm), names in sorted(found.items(), key=lambda item: item[0])
        }


def _order(minutes: int, unknown: str) -> int:
    return minutes or (10**9 if not unknown else 10**9 + 1)


def _rhythm(timing: Timing) -> str:
    return timing.rhythm + (", over by now" if timing.over else "")


def estate(summaries: Iterable[Summary], made: datetime) -> Estate:
    """Return the estate of some summaries, whose names are made to differ; case does not tell two apart."""
    taken = Taken()
    named = (replace(one, name=taken.give(one.name)) if one.name else one for one in summaries)
    return Estate(tuple(named), made)


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _gist(blocker: Blocker) -> str:
    """Return what is the same in sentences about different objects."""
    if blocker.kind in {"task", "value"}:
        return ""
    return "".join(blocker.reason.split("`")[::2])[:80]


def _grouped(
    found: Iterable[tuple[Summary, _Found]],
    key: Callable[[_Found], tuple[str, ...]],
    texts: Callable[[_Found], tuple[str, str, bool]],
) -> tuple[Group, ...]:
    """Return what is alike together: first what is serious, then what most pipelines have.

    :param key: the same for what is alike
    :param texts: why it is wrong, what to do, and whether it is serious; of the first of those that are alike
    """
    groups: dict[tuple[str, ...], list[tuple[str, _Found]]] = defaultdict(list)
    for summary, one in found:
        groups[key(one)].append((summary.name, one))
    result = []
    for own, members in groups.items():
        why, advice, serious = texts(members[0][1])
        names = tuple(dict.fromkeys(name for name, _ in members))
        varies = any(texts(one)[0] != why for _, one in members)
        result.append(Group(own, why, advice, serious, len(members), names, varies))
    return tuple(
        sorted(result, key=lambda group: (not group.serious, -len(group.pipelines), -group.count, group.key))
    )
