"""Answers one question: `python -m datapipeline_converters.in_airflow QUESTION FOLDER`.

FOLDER holds `question.json` and the DAG files in `dags/`; the answer is written to `answer.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from datapipeline_converters.in_airflow import rendering, schedules
from datapipeline_converters.in_airflow.loading import load

QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "schedules": schedules.schedules,
    "templates": rendering.templates,
}


def main(name: str, folder: Path) -> None:
    """Load the DAG files, write the answer to a question about their DAGs, and which files cannot be imported."""
    question = json.loads((folder / "question.json").read_text(encoding="utf-8"))
    dags, errors = load(folder / "dags")
    answer = {"errors": errors, "answer": QUESTIONS[name](dags, **question)}
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
