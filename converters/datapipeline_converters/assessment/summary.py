"""What is known of one pipeline after it has been looked at: small, and free of secrets. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """How far a pipeline comes by conversion alone."""

    READY = "ready"
    ANSWERS = "answers needed"
    WORK = "work left"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    OTHER = "no pipeline"


# What each status means, for people.
MEANINGS: Mapping[Status, str] = {
    Status.READY: "converts fully; connections and credentials remain to be filled in",
    Status.ANSWERS: "converts fully once you say when it starts, or give its parameters a value",
    Status.WORK: "converts, and leaves some work to you",
    Status.REFUSED: "Data Pipeline itself would refuse it",
    Status.UNREADABLE: "cannot be read",
    Status.OTHER: "a file in one of the folders that holds something else",
}


@dataclass(frozen=True)
class Finding:
    """Something found in a field.

    :param object_id: where; "" for a parameter or the definition as a whole
    :param what: what it is, m1.small or sudo say: never the field's text
    :param why: what is wrong with it
    :param advice: what to do
    :param serious: whether it does not work at all any more; else it should be looked at
    """

    object_id: str
    field: str
    what: str
    why: str
    advice: str
    serious: bool = True


@dataclass(frozen=True)
class Blocker:
    """Something that conversion leaves to the user.

    :param kind: a key of `KINDS`
    :param type: the object's type, "" where there is none
    """

    kind: str
    object_id: str
    type: str
    field: str
    reason: str
    advice: str = ""


# The kinds of what conversion leaves to the user, and what each is for people.
KINDS: Mapping[str, str] = {
    "invalid": "refused by Data Pipeline",
    "task": "task that fails",
    "field": "field that is refused",
    "other": "left to you",
    "value": "parameter without value",
}


@dataclass(frozen=True)
class Place:
    """Where a secret stands in plain text; never what it is.

    :param object_id: the object or the parameter
    :param where: the place in words
    """

    object_id: str
    field: str
    kind: str
    where: str


@dataclass(frozen=True)
class Timing:
    """When part of a pipeline runs.

    :param schedule: the Schedule's id, "" for none
    :param style: cron, timeseries or ondemand
    :param period: `1 day` say, "" for a run on activation
    :param minutes: the period's length, 0 for a run on activation
    :param starts: the first interval's start, ISO 8601 in UTC; "" where it is not known
    :param hours: how many runs start in each hour of the day (UTC), on average; empty where that is not known
    :param over: whether its last run is in the past
    :param unknown: why nobody can tell when it runs
    """

    schedule: str
    style: str
    period: str = ""
    minutes: int = 0
    starts: str = ""
    hours: tuple[float, ...] = ()
    over: bool = False
    unknown: str = ""

    @property
    def rhythm(self) -> str:
        """How often it runs, in a few words."""
        if self.period:
            return f"every {self.period.removeprefix('1 ')}"
        return "not known" if self.unknown else "on demand"


@dataclass(frozen=True, order=True)
class Dataset:
    """Data that several pipelines may share.

    :param kind: s3, dynamodb or table
    :param place: bucket; region; or host and database
    :param path: key without slashes at its ends; table
    :param whole: whether it is all of the path; else the beginning that is known before any run
    :param shape: of a path of which not all is known, all of it with signs for the rest: see `subject.GAP` and `DIGITS`
    """

    kind: str
    place: str
    path: str
    whole: bool = True
    shape: str = ""

    def __str__(self) -> str:
        if self.kind == "s3":
            path = self.path if self.whole else f"{self.path}/\N{HORIZONTAL ELLIPSIS}".removeprefix("/")
            return f"s3://{self.place}/{path}"
        return f"{self.kind}: {self.place}/{self.path}" if self.place else f"{self.kind}: {self.path}"


@dataclass(frozen=True, order=True)
class Need:
    """Something the converted work does in AWS.

    :param purpose: what it is for, a key of `iam`'s table
    :param resource: what it is done to, in ARN form without its partition; "*" where AWS takes no other
    :param partition: `aws`, `aws-cn` or `aws-us-gov`
    """

    purpose: str
    resource: str
    partition: str = "aws"


@dataclass(frozen=True)
class Reason:
    """Why a pipeline takes effort."""

    points: int
    text: str


@dataclass(frozen=True)
class Summary:
    """One pipeline, or one input that holds none.

    :param name: its name, different from every other's
    :param source: the file it was read from
    :param problem: why it cannot be read or would be refused, "" otherwise
    :param objects: number of objects by type
    :param grades: number of fields by ledger grade
    :param unknown_needs: what it needs in AWS at places that only a run knows
    :param known: which of the parameters asked for it has
    :param shape: the same for pipelines that have the same objects with the same fields
    """

    name: str
    source: str
    status: Status
    problem: str = ""
    service_status: str = ""
    objects: Mapping[str, int] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)
    dags: int = 0
    tasks: int = 0
    failing_tasks: int = 0
    blockers: tuple[Blocker, ...] = ()
    decisions: tuple[str, ...] = ()
    repairs: int = 0
    secrets: tuple[Place, ...] = ()
    retired: tuple[Finding, ...] = ()
    commands: tuple[Finding, ...] = ()
    timings: tuple[Timing, ...] = ()
    reads: tuple[Dataset, ...] = ()
    writes: tuple[Dataset, ...] = ()
    needs: tuple[Need, ...] = ()
    unknown_needs: tuple[str, ...] = ()
    effort: str = ""
    effort_reasons: tuple[Reason, ...] = ()
    known: frozenset[str] = frozenset()
    shape: str = ""

    @property
    def is_pipeline(self) -> bool:
        """Whether there is a pipeline."""
        return self.status not in {Status.UNREADABLE, Status.OTHER}
