"""Runs one work in a process of its own and writes what it took: `python -m bench.copies.one NAME FILE`."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path

from bench.copies.works import WORKS

STATUS = Path("/proc/self/status")


def main(name: str, file: Path) -> None:
    """Measure one work."""
    execute = WORKS[name].make()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    start, before, cpu = megabytes("VmRSS"), time.perf_counter(), cpu_seconds()
    answer = execute()
    figures = {
        "wall": time.perf_counter() - before,
        "cpu": cpu_seconds() - cpu,
        "start": start,
        "peak": megabytes("VmHWM") - start,
    }
    file.write_text(json.dumps({"answer": answer if isinstance(answer, dict) else {}} | figures))


def cpu_seconds() -> float:
    """Add up the CPU seconds of this process and of the children that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def megabytes(line: str) -> float:
    """Read a line of this process's status."""
    [found] = [text for text in STATUS.read_text().splitlines() if text.startswith(f"{line}:")]
    return int(found.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
