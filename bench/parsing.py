"""How long Airflow needs to read generated files: one beside the same DAG written by hand, and many at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.golden import convert_example

FILES = int(os.environ.get("BENCH_FILES", "500"))
ROUNDS = 60
NAME = "nightly_warehouse"
BY_HAND = Path(__file__).parent / "by_hand" / f"{NAME}.py"


def results(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and how it came out."""
    generated = convert_example(NAME).files[f"{NAME}.py"].text
    ours, by_hand = importing(generated, BY_HAND.read_text())
    yield f"{NAME}: reading the file, written by hand", f"{by_hand * 1000:.2f} ms"
    yield (
        f"{NAME}: reading the file, generated",
        f"{ours * 1000:.2f} ms ({ours / by_hand:.2f} x by hand)",
    )
    wall, cpu, missing = processing(generated, folder)
    yield (
        f"{FILES} generated files through Airflow's DAG processor",
        f"{wall:.0f} s, CPU {cpu:.0f} s ({cpu / FILES * 1000:.0f} ms a file), {missing} not read",
    )


def importing(generated: str, by_hand: str) -> tuple[float, float]:
    """Return the best time to compile and run each of two DAG files, in turn, once all they import is there."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for number, source in enumerate((generated, by_hand)):
            start = time.perf_counter()
            exec(compile(source, "<dag>", "exec"), {"__name__": "dag"})
            best[number] = min(best[number], time.perf_counter() - start)
    return best[0], best[1]


def processing(generated: str, folder: Path) -> tuple[float, float, int]:
    """Return wall and CPU seconds in which a DAG processor reads many files into its database, and how many it did not get."""
    home = folder / "processor"
    (home / "dags").mkdir(parents=True)
    for number in range(FILES):
        source = generated.replace(f'"{NAME}"', f'"{NAME}_{number}"')
        (home / "dags" / f"{NAME}_{number}.py").write_text(source)
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    }

    def airflow(*arguments: str) -> str:
        command = [sys.executable, "-m", "airflow", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout

    airflow("db", "migrate")
    wall, before = time.perf_counter(), os.times()
    airflow("dag-processor", "--num-runs", "1")
    wall, after = time.perf_counter() - wall, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    read = len(json.loads(airflow("dags", "list", "--output", "json")))
    return wall, cpu, FILES - read
