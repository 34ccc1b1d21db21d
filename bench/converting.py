"""How fast definitions are converted, and expressions read and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from datapipeline_converters import expressions
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import convert
from datapipeline_converters.expressions import Node, Runtime, RuntimeField
from datapipeline_converters.options import Options

from tests.golden import convert_example

TEXT = "s3://#{myBucket}/#{format(minusDays(@scheduledStartTime, 1), 'YYYY/MM/dd')}/#{name}.csv"
RUNTIME = {"@scheduledStartTime": RuntimeField("data_interval_start", "datetime")}
FACTS = expressions.Facts(
    {"@scheduledStartTime": datetime(2024, 3, 1, tzinfo=UTC)}, {"myBucket": "lake", "name": "orders"}
)
ACTIVITIES = 124


def results() -> Iterator[tuple[str, str]]:
    """Yield what was measured, and how it came out."""
    yield (
        "expression: read, bound, evaluated by the reference",
        f"{1 / seconds(evaluated, 2000):,.0f} a second",
    )
    yield "expression: read, bound, written as Jinja", f"{1 / seconds(written, 2000):,.0f} a second"
    yield (
        "nightly_warehouse (16 objects)",
        f"{seconds(lambda: convert_example('nightly_warehouse'), 20) * 1000:.0f} ms",
    )
    document = large()
    name = f"{len(document['objects'])} objects, {ACTIVITIES} activities in one chain"
    yield name, f"{seconds(lambda: convert(definition_file.read(document, 'x'), Options()), 3):.2f} s"


def seconds(work: Callable[[], Any], times: int) -> float:
    """Return how long a piece of work takes at best."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def bound() -> expressions.Template:
    """Read and bind one text."""

    def resolve(name: expressions.Name) -> Node:
        head = name.parts[0]
        return Runtime(head) if head.startswith("@") else expressions.Parameter(head)

    return expressions.bind(expressions.parse(TEXT), resolve)


def written() -> None:
    """Take one text all the way to Airflow."""
    expressions.write_jinja(bound(), RUNTIME)


def evaluated() -> None:
    """Take one text all the way to what Data Pipeline made of it in one run."""
    expressions.evaluate(bound(), FACTS)


def large() -> dict[str, Any]:
    """Return a definition as large teams have them."""
    objects: list[dict[str, Any]] = [
        {"id": "Default", "scheduleType": "ondemand", "runsOn": {"ref": "Box"}, "onFail": {"ref": "Alarm"}},
        {"id": "Box", "type": "Ec2Resource"},
        {
            "id": "Alarm",
            "type": "SnsAlarm",
            "topicArn": "t",
            "subject": "#{node.name}",
            "message": "#{node.id}",
        },
    ]
    for number in range(ACTIVITIES):
        objects += [
            {"id": f"Node{number}", "type": "S3DataNode", "directoryPath": f"s3://b/{number}/#{{name}}"},
            {
                "id": f"Step{number}",
                "type": "ShellCommandActivity",
                "command": f"echo #{{input.directoryPath}} #{{format(@scheduledStartTime, 'YYYY-MM-dd')}} {number}",
                "input": {"ref": f"Node{number}"},
                "output": {"ref": f"Node{(number + 1)}"} if number + 1 < ACTIVITIES else [],
                "stage": "true",
            },
        ]
    return {"objects": objects}
