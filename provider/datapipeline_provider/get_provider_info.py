"""What Airflow asks of a provider: its name, and where its parts are."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata in the shape of Airflow's provider_info schema."""
    return {
        "package-name": "airflow-provider-datapipeline",
        "name": "AWS Data Pipeline",
        "description": "Operators, sensors and timetables that mirror AWS Data Pipeline.",
    }
