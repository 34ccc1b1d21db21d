"""The one place that knows where each Airflow version (3.0.6 to 3.3) keeps the names this provider uses."""

from __future__ import annotations

from typing import Any

from airflow.configuration import conf
from airflow.sdk import BaseNotifier, BaseOperator, BaseSensorOperator, Context
from airflow.triggers.base import BaseTrigger, TriggerEvent

try:
    from airflow.sdk import BaseHook
except ImportError:  # 3.0
    from airflow.hooks.base import BaseHook  # type: ignore[attr-defined, no-redef]

try:
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSensorTimeout,
        AirflowSkipException,
        AirflowTaskTerminated,
        AirflowTaskTimeout,
        TaskDeferralError,
        TaskDeferralTimeout,
        TaskDeferred,
    )
except ImportError:  # 3.0
    from airflow.exceptions import (  # type: ignore[attr-defined, no-redef]
        AirflowException,
        AirflowFailException,
        AirflowSensorTimeout,
        AirflowSkipException,
        AirflowTaskTerminated,
        AirflowTaskTimeout,
        TaskDeferralError,
        TaskDeferralTimeout,
        TaskDeferred,
    )

try:
    from airflow.sdk.definitions.callback import AsyncCallback
    from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineAlert
except (
    ImportError
):  # before 3.2, of which 3.1 has deadlines, but none that are counted from a moment of our own
    AsyncCallback = BaseDeadlineReference = DeadlineAlert = None  # type: ignore[assignment, misc]


def dag_run_model() -> Any:
    """Return the table of the runs, for what the scheduler calls: nothing else may ask the database."""
    from airflow.models import DagRun

    return DagRun


__all__ = [
    "AirflowException",
    "AirflowFailException",
    "AirflowSensorTimeout",
    "AirflowSkipException",
    "AirflowTaskTerminated",
    "AirflowTaskTimeout",
    "AsyncCallback",
    "BaseDeadlineReference",
    "BaseHook",
    "BaseNotifier",
    "BaseOperator",
    "BaseSensorOperator",
    "BaseTrigger",
    "Context",
    "DeadlineAlert",
    "TaskDeferralError",
    "TaskDeferralTimeout",
    "TaskDeferred",
    "TriggerEvent",
    "conf",
    "dag_run_model",
]
