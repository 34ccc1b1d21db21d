"""Gives an assessment to programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from datapipeline_converters.assessment.estate import Estate, Group
from datapipeline_converters.assessment.summary import Summary


def report(estate: Estate) -> dict[str, Any]:
    """Return an assessment as JSON values; moments are UTC."""
    return {
        "made": estate.made.isoformat(),
        "pipelines": len(estate.pipelines),
        "status": {str(status): number for status, number in estate.statuses.items()},
        "effort": dict(estate.efforts),
        "objects": dict(estate.objects),
        "fields": dict(estate.grades),
        "inputs": [_summary(one, estate.waves.get(one.name)) for one in estate.summaries],
        "blockers": [_group(group, ("kind", "type", "field")) for group in estate.blockers],
        "secrets": estate.secrets,
        "retired": [_group(group, ("what",)) for group in estate.retired],
        "commands": [_group(group, ("what",)) for group in estate.commands],
        "runs_by_hour": list(estate.hours),
        "lineage": [
            {
                "written": str(link.written),
                "read": str(link.read),
                "certain": link.certain,
                "writers": list(link.writers),
                "readers": list(link.readers),
            }
            for link in estate.links
        ],
        "waves": [list(names) for names in estate.by_wave.values()],
        "families": [list(names) for names in estate.families],
        "iam_policies": estate.policies,
    }


def _summary(one: Summary, wave: int | None) -> dict[str, Any]:
    values = asdict(one)
    del values["known"]
    return {
        **values,
        "status": str(one.status),
        "wave": wave,
        "reads": [str(dataset) for dataset in one.reads],
        "writes": [str(dataset) for dataset in one.writes],
    }


def _group(group: Group, keys: tuple[str, ...]) -> dict[str, Any]:
    return {
        **dict(zip(keys, group.key, strict=False)),
        "serious": group.serious,
        "places": group.count,
        "why": group.why,
        "advice": group.advice,
        "pipelines": list(group.pipelines),
    }
