"""Checks whether each value is what its field takes: what an expression comes to, where that is known before any run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from datapipeline_converters.catalogue import FieldSpec, Slot, limit, regions
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.objects.fields import FieldError, read_field, whence
from datapipeline_converters.periods import Period, parse_period
from datapipeline_converters.validation.confusions import did_you_mean, with_hint
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject, shown

# How the texts of a slot are read, the rule they break, and what is said of a value that must not be shown.
_SLOTS: Mapping[Slot, tuple[Any, str, str]] = {
    "Integer": (int, "invalid-integer", "takes a whole number."),
    "Boolean": (bool, "invalid-boolean", "takes true or false."),
    "Period": (Period, "invalid-period", "takes a period, such as 1 day."),
    "DateTime": (datetime, "invalid-moment", "takes a moment, such as 2024-01-31T06:00:00."),
}
# Words that stand where a period or a moment belongs (dp-object-schedule).
_WORDS = {"period": "ondemand_period"}
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MINUTE = timedelta(minutes=1)


def check_values(subject: Subject) -> Iterator[Finding]:
    """Yield the values that their fields do not take."""
    for item, field, values in subject.fields:
        texts = [value for value in values if isinstance(value, str)]
        known = [
            (text, written)
            for written in texts
            for text in subject.evaluated(item, field.name, written) or ()
        ]
        # A list inside a text is joined; elsewhere each of its elements is a value.
        evaluated = max(len(texts), len(known))
        count = len(values) if field.slot == "String" else len(values) - len(texts) + evaluated
        if count > 1 and not field.array:
            text = f"takes one value and has {count}."
            yield subject.at("single-value", item.fields[field.name].owner, field.name, text)
        if field.is_reference:
            continue
        if any(value == "" for value in values):
            owner = item.fields[field.name].owner
            yield subject.at("empty-text", owner, field.name, "is empty. Remove it, or give it a value.")
        # An empty text as such is told already; one that an expression comes to is a value like any other.
        for text, written in known:
            if text or text not in values:
                yield from _judged(subject, item, field, text, written)


def _judged(
    subject: Subject, item: EffectiveObject, field: FieldSpec, text: str, written: str
) -> Iterator[Finding]:
    """Yield what is wrong with a value.

    :param written: the text before its parameters had their values
    """
    if field.enum:
        yield from _choice(subject, item, field, text, written)
    elif field.name == "region":
        yield from _region(subject, item, field, text)
    elif field.slot == "Double":
        if not _NUMBER.fullmatch(text.strip()):
            fault = f"{shown(text)} is no number."
            yield subject.fault("invalid-number", item, field.name, fault, "takes a number.")
    elif field.slot in _SLOTS and text.strip().lower() != _WORDS.get(field.name):
        reading, rule, secret = _SLOTS[field.slot]
        try:
            read_field(_Plain(text), field.name, (written,), reading)
        except FieldError as error:
            rule = "invalid-terminate-after" if field.name == "terminateAfter" else rule
            yield subject.fault(rule, item, field.name, str(error), secret)
            return
    if fault := _RANGES.get(field.name, _anything)(text.strip()):
        yield subject.fault(
            "out-of-range", item, field.name, fault, "is outside the range that the guide gives."
        )


def _choice(
    subject: Subject, item: EffectiveObject, field: FieldSpec, text: str, written: str
) -> Iterator[Finding]:
    if text.strip().lower() in {value.lower() for value in field.enum}:
        return
    hint = did_you_mean(text, field.enum, cutoff=0.6)
    fault = with_hint(f"{shown(text)} is not one of: {', '.join(field.enum)}", hint) + whence(text, written)
    rule = "invalid-choice" if field.slot == "Enumeration" else "unusual-choice"
    yield subject.fault(rule, item, field.name, fault, f"takes one of: {', '.join(field.enum)}.")


def _region(subject: Subject, item: EffectiveObject, field: FieldSpec, text: str) -> Iterator[Finding]:
    if _REGION.fullmatch(text.strip()):
        return  # there are newer regions than the guide knows
    hint = did_you_mean(text.replace("_", "-"), regions(), cutoff=0.8)
    fault = with_hint(f"{shown(text)} is no region's code", hint)
    yield subject.fault("unknown-region", item, field.name, fault, "takes a region's code.")


@dataclass(frozen=True)
class _Plain:
    """Reads a text that is evaluated already.

    :param known: what it comes to
    """

    known: str

    def text(self, field: str, text: str) -> Any:
        """Return what the text comes to."""
        return self.known

    def constant(self, field: str, text: str) -> tuple[str, ...]:
        """Return what the text comes to."""
        return (self.known,)


def _anything(text: str) -> str:
    return ""


def _between(low: float, high: float, why: str) -> Callable[[str], str]:
    def fault(text: str) -> str:
        number = float(text)
        return "" if low <= number <= high else f"is {text}; {why}."

    return fault


def _at_least(minutes: int, why: str) -> Callable[[str], str]:
    def fault(text: str) -> str:
        return "" if parse_period(text).length >= minutes * _MINUTE else f"is {text}; {why}."

    return fault


def _bid(text: str) -> str:
    if text.lower() == "ondemandprice" or (_NUMBER.fullmatch(text) and 0 < float(text) < 20):
        return ""
    return f"is {shown(text)}; a bid is a number between 0 and 20, both excluded, or OnDemandPrice."


def _share(text: str) -> str:
    return _between(0.1, 1.0, "it lies between 0.1 and 1.0")(text) if _NUMBER.fullmatch(text) else ""


_RETRIES = limit("retries_per_activity")
_INSTANCES = limit("active_instances_per_object")
_RANGES: Mapping[str, Callable[[str], str]] = {
    "maximumRetries": _between(0, _RETRIES, f"there are at most {_RETRIES} retries"),
    "maxActiveInstances": _between(1, _INSTANCES, f"it lies between 1 and {_INSTANCES}"),
    "occurrences": _between(1, float("inf"), "the smallest value is 1"),
    "retryDelay": _at_least(2, "the shortest delay is 2 minutes"),
    "lateAfterTimeout": _at_least(15, "the shortest time is 15 minutes"),
    "readThroughputPercent": _share,
    "writeThroughputPercent": _share,
    "spotBidPrice": _bid,
    "coreInstanceBidPrice": _bid,
    "masterInstanceBidPrice": _bid,
    "taskInstanceBidPrice": _bid,
}
