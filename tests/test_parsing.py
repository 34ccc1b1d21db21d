"""Reading a generated file is cheap: Airflow does it over and over, each time in a new process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GENERATED = sorted((Path(__file__).parent.parent / "dags").glob("*.py"))
HEAVY = ["boto3", "botocore", "requests", "sqlalchemy.dialects.postgresql", "psycopg2", "pymysql", "pandas"]


CODE = f"""
import runpy, sys
import airflow.sdk

known = set(sys.modules)
for file in sys.argv[1:]:
    runpy.run_path(file)
    heavy = [name for name in {HEAVY!r} if name in sys.modules and name not in known]
    if heavy:
        sys.exit(f"{{file}} imports {{heavy}}")
"""


def test_reading_the_files_imports_nothing_heavy(tmp_path: Path) -> None:
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    command = [sys.executable, "-c", CODE, *map(str, GENERATED)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
