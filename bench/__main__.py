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
        from bench import converting, copying

        logging.disable(logging.INFO)

        for title, results in (("Converting", converting.results()), ("Copying", copying.results(folder))):
            print(f"\n{title}\n")
            for what, figure in results:
                print(f"  {what:<60} {figure}", flush=True)


if __name__ == "__main__":
    main()
