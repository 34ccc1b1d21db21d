"""The section "Copying" of the benchmark, from servers to tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.copies import plot, tables
from bench.copies.measuring import Figures, measure
from bench.copies.places import peers_driver
from bench.copies.results import results
from bench.copies.site import opened
from bench.copies.works import COMPARED, LONGER
from tests.servers.process import reach_loopback_directly

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = int(os.environ.get("ROWS") or 2_000_000)
REPEATS = int(os.environ.get("REPEATS") or 3)
PATHS = os.environ.get("PATHS", "")
"""Only paths whose names hold one of these words, separated by blanks."""
WRITE = os.environ.get("WRITE", "")
DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"


def run(folder: Path) -> Iterator[str | list[dict[str, Any]]]:
    """Yield lines for the terminal while it measures, and at last the results as JSON values."""
    reach_loopback_directly()
    found: dict[str, Figures] = {}
    with opened(folder, ROWS) as site:
        size = (folder / "workload.csv").stat().st_size
        about = (
            f"{ROWS:,} rows, {size / 1e6:,.0f} MB as CSV, median of {REPEATS}; Airflow's own operators use {peers_driver()}"
            " for MariaDB. PostgreSQL runs without fsync, MariaDB flushes its log once a second."
        )
        yield about
        for works, repeats in ((COMPARED, REPEATS), (LONGER, 1)):
            chosen = [work for work in works if any(word in work.path for word in PATHS.split() or [""])]
            yield from measure(site, chosen, repeats, found)
    measured = results(found, ROWS)
    yield "\n" + tables.terminal(measured)
    if WRITE:
        write(about, tables.markdown(measured), plot.svg(measured))
    failed = [{"work": name, "failed": figures.failed} for name, figures in found.items() if figures.failed]
    yield [*(result.to_json() for result in measured), *failed]


def write(about: str, table: str, picture: str) -> None:
    """Write the results where the documentation shows them."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "copying.svg").write_text(picture)
    text = f"# Copying\n\nWritten by `make bench WRITE=1`. {about}\n\n![CPU seconds of the client](copying.svg)\n\n{table}"
    (DOCS / "copying.md").write_text(text)
