"""What a user may ask of a conversion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from datapipeline_converters.choices import Choices
from datapipeline_converters.errors import UsageError
from datapipeline_converters.names import ENVIRONMENT


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Options:
    """The options of one conversion; all moments are UTC without a zone, as Data Pipeline writes them.

    An environment that cannot be part of a name raises UsageError.

    :param values: parameter values that win over those of the definition, by name; a star on it makes a secret of it
    :param start: first interval start to run; earlier intervals are passed over
    :param carry_on: start where Data Pipeline stopped, as far as the account has said; `start` wins
    :param backfill: run all intervals since the schedule's start, however long ago that is
    :param catchup: make up for intervals that are missed; else only the latest of them runs
    :param activated_at: when the pipeline was first activated, for FIRST_ACTIVATION_DATE_TIME
    :param name: the pipeline's name, instead of the carrier's or the file's
    :param environment: stands behind the name, so that one template gives pipelines side by side; up to 20 letters,
        digits, `_` and `-`
    :param split: give parts that do not depend on each other DAGs of their own
    :param taken: DAG ids that other pipelines have
    :param allow_invalid: convert what Data Pipeline would refuse; the objects concerned become failing tasks
    :param choices: what the user chose better than Data Pipeline had it, for all objects or single ones
    :param now: the moment that decides what is a backfill
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: datetime | None = None
    carry_on: bool = False
    backfill: bool = False
    catchup: bool = True
    activated_at: datetime | None = None
    name: str | None = None
    environment: str | None = None
    split: bool = False
    taken: Collection[str] = ()
    allow_invalid: bool = False
    choices: Choices = field(default_factory=Choices)
    now: datetime = field(default_factory=_now)

    def __post_init__(self) -> None:
        """Refuse what cannot be part of a name."""
        if self.environment is not None and not ENVIRONMENT.fullmatch(self.environment):
            raise UsageError(
                f"environment {self.environment!r}: write it in up to 20 letters, digits, `_` and `-`."
            )
