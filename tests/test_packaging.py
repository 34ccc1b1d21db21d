"""The wheel holds exactly what it should, and Airflow finds the provider and the timetable in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from typing import TYPE_CHECKING, Any

import pytest

from tests.compat.environments import ROOT, VENVS, uv

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {"datapipeline_provider": "provider", "datapipeline_converters": "converters"}


def test_only_our_two_packages_are_inside(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)
    assert len(top) == len(PACKAGES) + 1


@pytest.mark.parametrize(("package", "folder"), PACKAGES.items())
def test_every_file_of_a_package_is_inside(wheel: Path, package: str, folder: str) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(f"{package}/")}
    source = ROOT / folder
    files = (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert packed == {path.relative_to(source).as_posix() for path in files}
    assert f"{package}/py.typed" in packed


def test_a_template_is_inside(wheel: Path) -> None:
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".j2", ".jinja", ".jinja2"))]


def test_entry_points(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (file,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    points = ConfigParser(delimiters="=")
    points.read_string(archive.read(file).decode())
    assert {group: dict(points[group]) for group in points.sections()} == {
        "console_scripts": {"dp2airflow": "datapipeline_converters.cli:run"},
        "apache_airflow_provider": {
            "provider_info": "datapipeline_provider.get_provider_info:get_provider_info"
        },
        "airflow.plugins": {"datapipeline": "datapipeline_provider.plugin:DatapipelinePlugin"},
    }


@pytest.fixture(scope="module")
def bare(wheel: Path) -> Path:
    """The folder of programs of a new environment with Airflow and the wheel, and nothing for tests."""
    folder = VENVS / "packaging"
    uv("venv", "--quiet", "--clear", "--python", sys.executable, folder)
    # The lock only says which versions; what is installed is what the wheel itself asks for.
    uv(
        *("pip", "install", "--quiet", "--python", folder / "bin" / "python"),
        *("--constraints", "requirements.lock", "apache-airflow", wheel),
    )
    return folder / "bin"


def airflow(programs: Path, home: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [programs / "airflow", *arguments, "--output", "json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=home,
        env={**os.environ, "AIRFLOW_HOME": str(home)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout[done.stdout.index("[") :])


@pytest.mark.compat
def test_airflow_lists_the_provider(bare: Path, tmp_path: Path) -> None:
    names = [provider["package_name"] for provider in airflow(bare, tmp_path, "providers", "list")]
    assert "airflow-provider-datapipeline" in names


@pytest.mark.compat
def test_airflow_lists_the_timetable(bare: Path, tmp_path: Path) -> None:
    (plugin,) = (one for one in airflow(bare, tmp_path, "plugins") if one["name"] == "datapipeline")
    assert "AnchoredTimetable" in str(plugin["timetables"])


@pytest.mark.compat
def test_the_command_converts(bare: Path, tmp_path: Path) -> None:
    definition = ROOT / "dags" / "definitions" / "rds_to_s3.json"
    subprocess.run(
        [bare / "dp2airflow", "convert", definition, "-o", tmp_path],
        stdin=subprocess.DEVNULL,
        check=True,
        cwd=tmp_path,
    )
    assert (tmp_path / "rds_to_s3.py").read_text() == (ROOT / "dags" / "rds_to_s3.py").read_text()
