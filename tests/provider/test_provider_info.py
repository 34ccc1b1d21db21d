from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import airflow
import jsonschema  # type: ignore[import-untyped]
import pytest
from datapipeline_provider.get_provider_info import get_provider_info

INFO = get_provider_info()
MODULES = [
    (kind, module)
    for kind in ("operators", "sensors", "triggers")
    for group in INFO[kind]
    for module in group["python-modules"]
]


def test_fits_airflows_schema() -> None:
    schema = json.loads((Path(airflow.__path__[0]) / "provider_info.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(INFO)), schema)


def test_is_what_the_entry_point_names() -> None:
    (found,) = entry_points(group="apache_airflow_provider", name="provider_info").select(
        module="datapipeline_provider.get_provider_info"
    )
    assert found.load()() == INFO


@pytest.mark.parametrize(("kind", "module"), MODULES)
def test_the_modules_exist(kind: str, module: str) -> None:
    assert module.startswith(f"datapipeline_provider.{kind}.")
    import_module(module)


@pytest.mark.parametrize("path", [*INFO["notifications"], *INFO["timetables"]])
def test_the_classes_exist(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert isinstance(getattr(import_module(module), name), type)


@pytest.mark.parametrize(
    "module",
    [
        "operators.shell_command_activity",
        "operators.not_converted",
        "sensors.exists",
        "sensors.s3_key_exists",
        "sensors.s3_prefix_not_empty",
    ],
)
def test_the_modules_are_listed(module: str) -> None:
    assert f"datapipeline_provider.{module}" in [name for _, name in MODULES]


def test_the_plugin_is_not_named_twice() -> None:
    assert "plugins" not in INFO


def test_asking_imports_nothing() -> None:
    told: Any = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from datapipeline_provider.get_provider_info import get_provider_info as g; g();"
            "print(sorted({m.split('.')[0] for m in sys.modules} & {'airflow', 'boto3', 'pendulum'}))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[]\n"
