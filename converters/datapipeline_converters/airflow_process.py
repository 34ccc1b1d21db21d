"""Asks an Airflow of its own about generated files: another process, an empty home, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datapipeline_converters.errors import ConversionError

_SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}


class AirflowProcessError(ConversionError):
    """Airflow could not answer."""


def ask(
    name: str,
    sources: Mapping[str, str],
    question: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
) -> tuple[Any, Mapping[str, str]]:
    """Return Airflow's answer to a question about generated files, and by name why it cannot import some of them.

    :param name: one of `in_airflow.__main__.QUESTIONS`
    :param sources: the text of each DAG file, by file name
    :param question: the question's arguments, JSON values
    :param environment: variables of the process's environment, such as AIRFLOW_VAR_X
    :raises AirflowProcessError: when Airflow is not installed here, or does not answer
    """
    with tempfile.TemporaryDirectory(prefix="dp2airflow-") as home:
        folder = Path(home)
        (folder / "dags").mkdir()
        for file, source in sources.items():
            (folder / "dags" / file).write_text(source, encoding="utf-8")
        (folder / "question.json").write_text(json.dumps(question), encoding="utf-8")
        settings = {"AIRFLOW_HOME": home, "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"), **_SETTINGS}
        process = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "datapipeline_converters.in_airflow", name, home],
            env={**os.environ, **settings, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode != 0 or not (folder / "answer.json").is_file():
            last = (process.stderr or process.stdout).strip().rpartition("\n")[2]
            raise AirflowProcessError(f"Airflow could not be asked: {last or process.returncode}")
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    return answer["answer"], answer["errors"]
