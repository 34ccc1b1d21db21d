"""Writes an assessment as one HTML page that needs nothing else: no network, no other file, no server."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from datapipeline_converters.assessment import iam
from datapipeline_converters.assessment.effort import MEANINGS as EFFORTS
from datapipeline_converters.assessment.estate import Estate
from datapipeline_converters.assessment.page.details import details
from datapipeline_converters.assessment.page.graph import draw
from datapipeline_converters.assessment.summary import MEANINGS, Status
from datapipeline_converters.assessment.tables import carried_over, tables
from datapipeline_converters.assessment.words import headline

# So many names are written in a cell; the rest is counted.
_NAMED = 100
_CHIPS = 60
_WIDTH = 1000  # of a bar, in its own units
_GRADES = {
    "exact": "Airflow does the same",
    "emulated": "something else gives the same effect",
    "approximated": "close; the ledger says what differs",
    "not needed": "had an effect only inside Data Pipeline",
    "refused": "would have done work and does none: left to you",
}


@dataclass(frozen=True)
class Part:
    """One part of a bar.

    :param key: its colour
    :param x: where it begins, in units of the bar
    """

    key: str
    label: str
    number: int
    meaning: str
    x: float
    width: float


def page(estate: Estate) -> str:
    """Return the page; whatever the definitions contain stands in it as text."""
    style, script = _file("style.css"), _file("script.js")
    found = {table.name: table for table in tables(estate)}
    template = _environment().get_template("page.html.j2")
    return template.render(
        estate=estate,
        headline=headline(estate),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        tables=found,
        statuses=_bar((str(key), number, MEANINGS[key]) for key, number in _counted(estate)),
        efforts=_bar((key, number, EFFORTS[key]) for key, number in estate.efforts.items()),
        grades=_bar((key, estate.grades.get(key, 0), meaning) for key, meaning in _GRADES.items()),
        kept=carried_over(estate.grades),
        objects=_lengths(estate.objects),
        hours=_hours(estate.hours),
        graph=draw(estate),
        policies=[iam.policy_text(one) for one in estate.policies],
        details=_json(details(estate)),
        named=_NAMED,
        chips=_CHIPS,
        efforts_by_name={one.name: one.effort for one in estate.pipelines},
        rank={str(status): number for number, status in enumerate(Status)},
    )


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FunctionLoader(_file)
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a content security policy under which only our own style and script count, and nothing is fetched."""
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _json(value: object) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it is markup any more


def _counted(estate: Estate) -> Iterable[tuple[Status, int]]:
    return ((status, number) for status, number in estate.statuses.items() if status is not Status.OTHER)


def _bar(parts: Iterable[tuple[str, int, str]]) -> list[Part]:
    shown = list(parts)
    total = sum(number for _, number, _ in shown) or 1
    result, x = [], 0.0
    for label, number, meaning in shown:
        width = _WIDTH * number / total
        result.append(
            Part(label.replace(" ", "-").lower(), label, number, meaning, round(x, 2), round(width, 2))
        )
        x += width
    return result


def _lengths(numbers: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """Return the types and their numbers with the length of each bar, in hundredths of the longest."""
    longest = max(numbers.values(), default=1)
    return [(kind, number, 100 * number / longest) for kind, number in numbers.items()]


def _hours(hours: Sequence[float]) -> list[Mapping[str, Any]]:
    highest = max(hours, default=0) or 1
    return [
        {"hour": hour, "runs": _round(runs), "height": round(100 * runs / highest, 1)}
        for hour, runs in enumerate(hours)
    ]


def _round(runs: float) -> str:
    return f"{runs:.0f}" if runs >= 10 else f"{runs:.1f}".removesuffix(".0")
