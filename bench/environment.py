"""Makes the environment that the benchmark runs in: this project's, and Airflow's own operators that copy, with their drivers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENV = ROOT / ".venvs" / "bench"
PYTHON = VENV / "bin" / "python"
SOURCES = (ROOT / "requirements.lock", ROOT / "bench" / "requirements.txt")
WITHOUT_COMPILER = ROOT / "bench" / "without_compiler.txt"
"""Takes mysqlclient, which comes as C sources only, out of what is wanted."""


def main() -> None:
    """Make it, unless it is there and newer than its sources."""
    made = VENV / "installed"
    if made.exists() and all(made.stat().st_mtime > source.stat().st_mtime for source in SOURCES):
        return
    _uv("venv", "--clear", "--python", sys.executable, str(VENV)).check_returncode()
    wanted = ["pip", "install", "--python", str(PYTHON)]
    wanted += [argument for source in SOURCES for argument in ("--requirements", str(source))]
    if _uv(*wanted).returncode:
        print("Once more without mysqlclient, which needs a C compiler, pkg-config and libmariadb-dev.")
        _uv(*wanted, "--overrides", str(WITHOUT_COMPILER)).check_returncode()
    _uv("pip", "install", "--python", str(PYTHON), "--no-deps", "--editable", str(ROOT)).check_returncode()
    made.touch()


def _uv(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    program = Path(sys.executable).parent / "uv"
    return subprocess.run([program, arguments[0], "--quiet", *arguments[1:]], cwd=ROOT, check=False)


if __name__ == "__main__":
    main()
