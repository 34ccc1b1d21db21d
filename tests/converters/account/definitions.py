"""Definitions that the tests put into accounts."""

from __future__ import annotations

from typing import Any

NIGHTLY: dict[str, Any] = {
    "objects": [
        {"id": "Default", "name": "Default", "scheduleType": "cron", "schedule": {"ref": "Nightly"}},
        {
            "id": "Nightly",
            "name": "Every night",
            "type": "Schedule",
            "startAt": "FIRST_ACTIVATION_DATE_TIME",
            "period": "1 day",
        },
        {
            "id": "Say",
            "name": "Say",
            "type": "ShellCommandActivity",
            "workerGroup": "w",
            "command": "echo $1 $2",
            "scriptArgument": ["#{myName}", "${INPUT1_STAGING_DIR}"],
        },
        {
            "id": "Say_more",
            "name": "Say_more",
            "type": "ShellCommandActivity",
            "workerGroup": "w",
            "command": "echo '#{*mySecret}'",
        },
    ],
    "parameters": [
        {"id": "myName", "type": "String"},
        {"id": "*mySecret", "type": "String", "description": "a secret"},
    ],
    "values": {"myName": "x=y", "*mySecret": "s3cr3t"},
}


def small(command: str, **default: Any) -> dict[str, Any]:
    """Return a pipeline of one activity, on demand unless `default` says otherwise."""
    return {
        "objects": [
            {"id": "Default", "name": "Default", **({"scheduleType": "ondemand"} | default)},
            {
                "id": "Say",
                "name": "Say",
                "type": "ShellCommandActivity",
                "workerGroup": "w",
                "command": command,
            },
        ]
    }
