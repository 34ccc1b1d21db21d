"""What a pipeline of the corpus expects to find, what it must leave behind, and what is to be said where something is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

Words: TypeAlias = tuple[str, ...]
Items: TypeAlias = Sequence[Mapping[str, Any]]
"""Items of DynamoDB as boto3 has them, in the order of their key `id`."""

MOMENT = "2024-03-02T04:05:06"
STAMP = "2024-03-02-04-05-06"
"""When pipelines run, and how most definitions write it into addresses."""
NOW = ("--activated-at", MOMENT, "--backfill")
"""For a pipeline that begins with its activation."""
TOPIC = "arn:aws:sns:us-east-1:123456789012:etl"
"""Where alarms go whose definition leaves it to a parameter."""
BOOTSTRAP = '#!/bin/bash\necho "$@" > ~/bootstrapped\n'
"""A bootstrap action that keeps its arguments."""


@dataclass(frozen=True)
class Pipeline:
    """A file of the corpus, and a run of it.

    :param file: the end of its name
    :param activities: how many there are
    :param family: what kind it is; each family has a failing twin
    :param values: parameters' values, several for a list
    :param options: of `dp2airflow convert`, beside values
    :param variables: Airflow's Variables, for values that files must not have
    :param undone: what the conversion leaves to its user, who takes it as it is
    :param objects: what is in S3 before, by address
    :param jars: jars of ours that are in S3 before, by address
    :param buckets: further buckets that there are
    :param tables: what is in DynamoDB before, by table; `copies@eu-west-1` is one in another region
    :param region: where tables are that say nothing else
    :param steps: how many steps are completed
    :param left: what is below addresses of S3 afterwards: the lines of all objects, sorted
    :param items: what is in DynamoDB afterwards, by table
    :param alarms: the subjects of the alarms that are published
    :param said: what is in the logs of steps afterwards, or in those of tasks
    :param database: the end of the connection that leads to PostgreSQL, whatever the database was
    :param sql: what the database has before
    :param rows: what queries of the database find afterwards
    :param instances: how many machines are launched, and ended
    :param failed: the task that fails; None if the run is to succeed
    :param reason: what is said about the failure
    :param clusters: how many are launched
    :param ended: why they end
    """

    file: str
    activities: int
    family: str
    values: Mapping[str, str | Words] = field(default_factory=dict)
    options: Words = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    undone: str = ""
    objects: Mapping[str, str] = field(default_factory=dict)
    jars: Mapping[str, str] = field(default_factory=dict)
    buckets: Words = ()
    tables: Mapping[str, Items] = field(default_factory=dict)
    region: str = "us-east-1"
    steps: int = 1
    left: Mapping[str, Words] = field(default_factory=dict)
    items: Mapping[str, Items] = field(default_factory=dict)
    alarms: Words = ()
    said: Words = ()
    database: str = ""
    sql: str = ""
    rows: Mapping[str, Sequence[tuple[Any, ...]]] = field(default_factory=dict)
    instances: int = 1
    failed: str | None = None
    reason: Words = ()
    clusters: int = 1
    ended: str = "USER_REQUEST"

    def __str__(self) -> str:
        return f"{self.family}: {self.file}{' with a fault' if self.failed else ''}"

    def twin(self, failed: str, reason: Words, *, without: Words = (), **changes: Any) -> Pipeline:
        """Give the same pipeline with a fault in it, after which nothing is left but what `changes` say.

        :param without: addresses of S3, or tables, that are not there
        :param changes: fields that differ; of `objects`, those that differ
        """
        objects = {**self.objects, **changes.pop("objects", {})}
        nothing: dict[str, Any] = {
            "left": dict.fromkeys(self.left, ()),
            "items": {},
            "alarms": (),
            "said": (),
            "steps": 0,
        }
        return replace(
            self,
            failed=failed,
            reason=reason,
            objects={address: text for address, text in objects.items() if address not in without},
            jars={address: name for address, name in self.jars.items() if address not in without},
            tables={name: items for name, items in self.tables.items() if name not in without},
            **(nothing | changes),
        )
