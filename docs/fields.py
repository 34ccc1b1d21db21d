"""Writes the page on every field of every type: what becomes of it, by category, what a category shares said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from datapipeline_converters import catalogue
from datapipeline_converters.ledger import Grade, Verdict
from datapipeline_converters.objects import types

# The order of the page, and its headings.
CATEGORIES: Mapping[str, str] = {
    "activity": "Activities",
    "data_node": "Data nodes",
    "precondition": "Preconditions",
    "resource": "Resources",
    "database": "Databases",
    "data_format": "Data formats",
    "action": "Actions",
    "schedule": "Schedules",
    "utility": "Settings of clusters",
    "default": "Default",
}


def of_category(category: str) -> list[str]:
    """Return the names of a category's types, sorted."""
    return sorted(name for name, spec in catalogue.types().items() if spec.category == category)


def fields_page() -> Iterator[str]:
    """Yield the page's lines."""
    yield "# Fields"
    yield ""
    yield (
        "What becomes of each field in general; a conversion's own ledger says what became of it in your definition. "
        "The [types](types.md) say which of them do their work already, and [one table](refused.md) what may be refused."
    )
    yield from _counts()
    for category, heading in CATEGORIES.items():
        names = of_category(category)
        yield from ("", f"## {heading}")
        shared = _shared(names)
        if shared:
            yield from ("", f"Every one of them ({', '.join(names)}):", "")
            yield from _table(shared)
        for name in names:
            own = {key: verdict for key, verdict in types()[name].verdicts.items() if key not in shared}
            yield from ("", f"### {name}", "")
            yield from _table(own) if own else ("No other fields.",)


def _counts() -> Iterator[str]:
    grades = Counter(verdict.grade for cls in types().values() for verdict in cls.verdicts.values())
    yield ""
    yield f"{len(types())} types, {sum(grades.values())} fields:"
    yield ""
    yield "| category | types | fields | " + " | ".join(Grade) + " |"
    yield "|---" * (3 + len(Grade)) + "|"
    for category, heading in CATEGORIES.items():
        found = [verdict for name in of_category(category) for verdict in types()[name].verdicts.values()]
        yield _counted(heading, len(of_category(category)), Counter(verdict.grade for verdict in found))
    yield _counted("all", len(types()), grades)


def _counted(heading: str, count: int, grades: Counter[Grade]) -> str:
    cells = [heading, count, sum(grades.values()), *(grades[grade] for grade in Grade)]
    return "| " + " | ".join(map(str, cells)) + " |"


def _shared(names: Sequence[str]) -> dict[str, Verdict]:
    """Return the fields that all of several types have, and that become the same."""
    if len(names) < 2:
        return {}
    first, *others = (types()[name].verdicts for name in names)
    return {
        key: verdict for key, verdict in first.items() if all(table.get(key) == verdict for table in others)
    }


def _table(verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """Yield a table; fields that become the same share a row."""
    rows: dict[Verdict, list[str]] = {}
    for key, verdict in sorted(verdicts.items()):
        rows.setdefault(verdict, []).append(f"`{key}`")
    yield "| field | grade | what becomes of it | what you can do |"
    yield "|---|---|---|---|"
    for verdict, keys in rows.items():
        yield f"| {', '.join(keys)} | {verdict.grade} | {verdict.reason} | {verdict.suggestion} |"
