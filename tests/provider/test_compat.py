from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import datapipeline_provider
import pytest
from datapipeline_provider import _compat

ROOT = Path(datapipeline_provider.__path__[0])

# What a DAG file may import for free; all of it must come with Airflow's own `airflow.sdk`, or be ours.
LIGHT = [
    "lateness",
    "lateness.deadline",
    "notifiers.sns_alarm",
    "operators.copy_activity",
    "operators.not_converted",
    "operators.shell_command_activity",
    "sensors.exists",
    "sensors.s3_key_exists",
    "sensors.s3_prefix_not_empty",
    "sensors.shell_command_precondition",
    "timetables.anchored",
]
HEAVY = {"aiobotocore", "boto3", "botocore", "MySQLdb", "psycopg2", "pymysql", "s3transfer"}


@pytest.mark.parametrize("name", _compat.__all__)
def test_names(name: str) -> None:
    assert getattr(_compat, name) is not None


def test_no_deprecation_warning() -> None:
    command = (
        "import airflow.sdk, warnings; warnings.simplefilter('error'); import datapipeline_provider._compat"
    )
    subprocess.run([sys.executable, "-c", command], check=True)


def test_importing_our_parts_is_cheap() -> None:
    modules = [f"datapipeline_provider.{name}" for name in LIGHT]
    command = (
        "import json, sys, time, airflow.sdk, airflow.configuration; before = set(sys.modules);"
        f"import {', '.join(modules)}; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    told = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    loaded = json.loads(told.stdout.splitlines()[-1])
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert not [name for name in loaded if name.startswith("airflow.providers.")]


def test_only_this_module_knows_where_airflow_keeps_what_moves() -> None:
    """Others import from Airflow only what is at one place in all versions, without a warning."""
    same_everywhere = {
        "airflow.plugins_manager",
        "airflow.providers",
        "airflow.sdk",
        "airflow.timetables.base",
    }
    for path in ROOT.rglob("*.py"):
        if path.name == "_compat.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "airflow":
                assert any((node.module or "").startswith(known) for known in same_everywhere), path
