"""Runs all benchmarks and prints a table: `python -m bench`."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["AIRFLOW_HOME"] = str(folder / "airflow")
        from bench import assessing, converting, converting_many, copying, parsing

        logging.disable(logging.INFO)

        benchmarks = {
            "Converting": converting.results(),
            "Converting many definitions": converting_many.results(folder),
            "Assessing an estate": assessing.results(folder),
            "Reading DAG files": parsing.results(folder),
            "Copying": copying.results(folder),
        }
        for title, results in benchmarks.items():
            print(f"\n{title}\n")
            for what, figure in results:
                print(f"  {what:<60} {figure}", flush=True)


if __name__ == "__main__":
    main()
