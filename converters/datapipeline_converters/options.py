"""What a user may ask of a conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Options:
    """The options of one conversion; all moments are UTC without a zone, as Data Pipeline writes them.

    :param values: parameter values that win over those of the definition, by name; a star on it makes a secret of it
    :param start: first interval start to run; earlier intervals are passed over
    :param backfill: run all intervals since the schedule's start, however long ago that is
    :param activated_at: when the pipeline was first activated, for FIRST_ACTIVATION_DATE_TIME
    :param name: the pipeline's name, instead of the carrier's or the file's
    :param allow_invalid: convert what Data Pipeline would refuse; the objects concerned become failing tasks
    :param now: the moment that decides what is a backfill
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: datetime | None = None
    backfill: bool = False
    activated_at: datetime | None = None
    name: str | None = None
    allow_invalid: bool = False
    now: datetime = field(default_factory=_now)
