"""Loads DAG files as Airflow's DAG processor does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import DAG


def load(folder: Path) -> tuple[Mapping[str, DAG], Mapping[str, str]]:
    """Return the DAGs in a folder by id, and the errors of the files that cannot be imported by file name."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # before Airflow 3.2
        from airflow.models.dagbag import DagBag  # type: ignore[no-redef]
    bag = DagBag(folder)
    errors = {Path(path).name: error for path, error in bag.import_errors.items()}
    return dict(bag.dags), errors
