"""How long an estate takes to assess, and how much memory: renamed copies of real definitions, or of the examples."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests import corpus

SIZES = (100, 1_000, 5_000)
EXAMPLES = Path(__file__).parent.parent / "dags" / "definitions"


def results(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and how it came out."""
    before: float | None = None
    for size in SIZES:
        estate = folder / f"estate-{size}"
        fill(estate, size)
        seconds, peak, page = assess(estate, folder / f"estate-{size}.html")
        growth = "" if before is None else f", {seconds / before:.1f} times as long"
        yield (
            f"{size:,} definitions, with the page",
            f"{seconds:.1f} s, {peak:.0f} MB in the largest process, page {page / 1e6:.1f} MB{growth}",
        )
        before = seconds
        shutil.rmtree(estate)


def fill(folder: Path, size: int) -> None:
    """Write so many definitions into a folder: copies of the same few under other names."""
    folder.mkdir()
    originals = [path for path in corpus.files("architect") if path.suffix == ".json"]
    for number, path in zip(range(size), cycle(originals or sorted(EXAMPLES.glob("*.json"))), strict=False):
        shutil.copyfile(path, folder / f"{number:05}-{path.name[-100:]}")


def assess(estate: Path, page: Path) -> tuple[float, float, int]:
    """Assess an estate in a process of its own.

    :return: seconds, the peak memory of the largest process in MB, and the size of the page in bytes
    """
    run = "from datapipeline_converters.cli import run; run()"
    command = [sys.executable, "-c", run, "assess", str(estate), "--html", str(page)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) > 1:
        raise RuntimeError(f"assess ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024, page.stat().st_size
