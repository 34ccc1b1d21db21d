"""How findings are told: as text by object, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.rules import Level
from datapipeline_converters.wording import counted


@dataclass(frozen=True)
class Examined:
    """One definition and what is wrong with it.

    :param pipeline: the pipeline's name
    :param source: what the definition was read from: a path, or what it is
    """

    pipeline: str
    source: str
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """Return how many findings are of a level."""
        return sum(finding.level is level for finding in self.findings)


def text_lines(examined: Examined) -> Iterator[str]:
    """Yield the lines that tell of one definition, grouped by object."""
    yield f"{examined.source}: {counts([examined])}"
    for object_id, findings in groupby(examined.findings, key=lambda finding: finding.object_id):
        several = list(findings)
        kind = next((finding.type for finding in several if finding.type), "")
        if object_id:
            yield f"  {object_id}{kind and f' ({kind})'}"
        else:
            yield "  the definition as a whole"
        for finding in several:
            place = f"{finding.field}: " if finding.field else ""
            first, *others = f"{place}{finding.text}".splitlines()
            yield f"    {finding.level:<7} {first} [{finding.rule_id}]"
            yield from (f"            {line}" for line in others)


def counts(all_examined: Sequence[Examined]) -> str:
    """Return how many errors and warnings there are, in words."""
    parts = []
    for level in Level:
        number = sum(examined.count(level) for examined in all_examined)
        if number:
            parts.append(counted(number, level))
    return ", ".join(parts) or "nothing found"


def as_json(all_examined: Sequence[Examined]) -> dict[str, Any]:
    """Return everything in its published shape."""
    return {
        "definitions": [
            {
                "pipeline": examined.pipeline,
                "source": examined.source,
                "errors": examined.count(Level.ERROR),
                "warnings": examined.count(Level.WARNING),
                "findings": [finding.as_json() for finding in examined.findings],
            }
            for examined in all_examined
        ]
    }
