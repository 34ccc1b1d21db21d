"""Knows what there is to say about the place where work runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from datapipeline_converters.ledger import Verdict, emulated
from datapipeline_converters.plan import Argument


@dataclass(frozen=True)
class Place:
    """Where work runs.

    :param kind: as the choice `run_on` has it; `cluster` for a cluster of EMR, `serverless` for EMR Serverless
    :param verdict: on the field that said where the work ran
    :param arguments: what every task there has, whatever it does: arguments that all of Airflow's operators take
    :param connection: for `ssh`, the id of the connection to the host
    """

    kind: Literal["worker", "ec2", "ssh", "queue", "cluster", "serverless"]
    verdict: Verdict
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    connection: str = ""


NO_COMMAND = Place(
    "worker",
    emulated("the work runs on the Airflow worker: only shell commands run in the place that was chosen"),
)
