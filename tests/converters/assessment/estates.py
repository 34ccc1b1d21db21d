"""Small estates for tests: definitions as people write them, and their assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from datapipeline_converters.assessment.estate import Estate, estate
from datapipeline_converters.assessment.examine import summarise
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datapipeline_converters.assessment.summary import Summary

NOW = datetime(2026, 1, 1)  # noqa: DTZ001 - every moment is UTC without a zone
ROLES = {"role": "DataPipelineDefaultRole", "resourceRole": "DataPipelineDefaultResourceRole"}
ON_DEMAND = {"id": "Default", "scheduleType": "ondemand", "runsOn": {"ref": "Box"}, **ROLES}
BOX = {"id": "Box", "type": "Ec2Resource"}
PASSWORD = "correct-horse-battery"


def summary(
    *objects: dict[str, Any],
    name: str = "one",
    default: dict[str, Any] = ON_DEMAND,
    tags: Mapping[str, str] = MappingProxyType({}),
    **more: Any,
) -> Summary:
    """Return what is found in a definition of these objects, of a Default that runs on demand, and a machine."""
    document = {"objects": [default, BOX, *objects], **more}
    definition = replace(definition_file.read(document, f"{name}.json"), tags=tags)
    return summarise(definition, Options(name=name, now=NOW), f"{name}.json")


def shell(object_id: str = "Work", **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "ShellCommandActivity", "command": "true"} | fields


def folder(object_id: str, path: str) -> dict[str, Any]:
    return {"id": object_id, "type": "S3DataNode", "directoryPath": path}


def copying(name: str, source: str, target: str) -> Summary:
    """Return a pipeline that reads one folder and writes another."""
    return summary(
        shell(input={"ref": "In"}, output={"ref": "Out"}, stage="true"),
        folder("In", source),
        folder("Out", target),
        name=name,
    )


def of(*summaries: Summary) -> Estate:
    return estate(summaries, NOW)
