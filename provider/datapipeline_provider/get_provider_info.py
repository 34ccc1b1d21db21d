"""What Airflow asks of a provider: its name, and where its parts are.

Airflow calls this whenever any of its commands starts, so nothing of the provider is imported here. The plugin is not
among the parts: it has an entry point of its own, and being named twice is an error to Airflow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_PACKAGE = "datapipeline_provider"
_INTEGRATION = "AWS Data Pipeline"


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata in the shape of Airflow's provider_info schema."""
    return {
        "package-name": "airflow-provider-datapipeline",
        "name": _INTEGRATION,
        "description": "Operators, sensors and timetables that mirror AWS Data Pipeline.",
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/",
                "tags": ["aws"],
            }
        ],
        **{kind: _modules(kind) for kind in ("operators", "sensors", "triggers")},
        "notifications": [f"{_PACKAGE}.notifiers.sns_alarm.SnsAlarmNotifier"],
        "timetables": [f"{_PACKAGE}.timetables.anchored.AnchoredTimetable"],
    }


def _modules(kind: str) -> list[dict[str, Any]]:
    names = sorted(path.stem for path in (Path(__file__).parent / kind).glob("[!_]*.py"))
    return [{"integration-name": _INTEGRATION, "python-modules": [f"{_PACKAGE}.{kind}.{n}" for n in names]}]
