"""Runs the benchmarks and prints what came out: `python -m bench`.

In the environment: ROWS to copy, REPEATS of each copy, PATHS to choose among copies, WRITE for the page of the
documentation, ONLY for one section, JSON for a file that gets the figures.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

SECTIONS = {
    "convert": ("Converting", "bench.converting"),
    "many": ("Converting many definitions", "bench.converting_many"),
    "assess": ("Assessing an estate", "bench.assessing"),
    "parse": ("Reading DAG files", "bench.parsing"),
    "copy": ("Copying", "bench.copies.running"),
}
"""In the order of running: title and module; modules are imported when Airflow's home is set."""
IN_FOLDER = ("many", "assess", "parse")


def main() -> int:
    """Measure and print; 1 if a copy failed or ours was not exact."""
    only = os.environ.get("ONLY") or None
    if only is not None and only not in SECTIONS:
        print(f"ONLY={only}: there is no such section; valid: {', '.join(SECTIONS)}.", file=sys.stderr)
        return 2
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["AIRFLOW_HOME"] = str(folder / "airflow")
        logging.disable(logging.INFO)
        for section in [only] if only else SECTIONS:
            title, module = SECTIONS[section]
            print(f"\n{title}\n", flush=True)
            found[section] = (copies if section == "copy" else figures)(section, module, folder)
    if file := os.environ.get("JSON"):
        Path(file).write_text(json.dumps(found, indent=1) + "\n")
    return int(any("failed" in each or each["ours"]["rows_differing"] for each in found.get("copy", [])))


def figures(section: str, module: str, folder: Path) -> list[dict[str, str]]:
    """Run a section that yields figures."""
    results = importlib.import_module(module).results
    found = []
    for what, figure in results(folder) if section in IN_FOLDER else results():
        print(f"  {what:<60} {figure}", flush=True)
        found.append({"what": what, "figure": figure})
    return found


def copies(_: str, module: str, folder: Path) -> list[dict[str, Any]]:
    """Run the section that compares copies."""
    found: list[dict[str, Any]] = []
    for each in importlib.import_module(module).run(folder):
        if isinstance(each, str):
            print(each, flush=True)
        else:
            found = each
    return found


if __name__ == "__main__":
    sys.exit(main())
