"""Makes virtual environments with other versions of Python and Airflow, packages as of a day, and the built wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENVS = ROOT / ".venvs"


@dataclass(frozen=True)
class Environment:
    """A Python with an Airflow.

    Without `as_of`, the versions are those of our lock file; with it, the newest of that day: Airflow's own
    constraint files would be better, but cannot be had from a package index.
    """

    python: str
    airflow: str
    as_of: str | None

    @property
    def name(self) -> str:
        """Name it for tests and folders."""
        return f"airflow-{self.airflow}-python-{self.python}"


ENVIRONMENTS = (
    Environment(python="3.12", airflow="3.0.6", as_of="2025-09-15"),  # the oldest Airflow 3 of Amazon MWAA
    Environment(python="3.12", airflow="3.2.1", as_of="2026-05-15"),
    Environment(python="3.12", airflow="3.3", as_of=None),
)


def uv(*arguments: str | Path) -> str:
    """Run uv and return what it printed; pytest.fail with its messages if it refuses."""
    program = shutil.which("uv", path=sysconfig.get_path("scripts")) or shutil.which("uv")
    if program is None:
        pytest.skip("uv is missing: `make install` puts it into .venv.")
    done = subprocess.run(
        [program, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        # pyenv's commands answer only for a version that is asked for; others do not read this.
        env={**os.environ, "PYENV_VERSION": "3.12", "UV_PYTHON_DOWNLOADS": "never"},
    )
    if done.returncode != 0:
        pytest.fail(f"uv {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def find_python(version: str) -> str:
    """Return the path of a Python on this machine, or skip the test."""
    try:
        return uv("python", "find", "--no-project", "--system", version).strip()
    except pytest.fail.Exception:
        pytest.skip(f"Python {version} is not on this machine.")


def make(environment: Environment, wheel: Path) -> Path:
    """Make the environment anew, the wheel in it, and return its Python."""
    folder = VENVS / environment.name
    uv("venv", "--quiet", "--clear", "--python", find_python(environment.python), folder)
    python = folder / "bin" / "python"
    into = ("pip", "install", "--quiet", "--python", python)
    if environment.as_of is None:
        uv(*into, "--requirements", "requirements.lock", wheel)
    else:
        uv(*into, "--exclude-newer", environment.as_of, f"apache-airflow=={environment.airflow}", wheel)
    return python
