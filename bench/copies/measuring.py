"""Runs every work in a fresh process, again and again, and looks at what arrived."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.copies.checks import Checks
from bench.copies.places import variable
from bench.copies.relay import relay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.copies.site import Site
    from bench.copies.work import Work

ONCE_FROM = 60.0
"""A work that takes so many seconds is not repeated."""
ROOT = Path(__file__).parents[2]


@dataclass
class Figures:
    """What the runs of one work took; seconds, and megabytes of 1,000,000 bytes.

    :param differing: rows that did not arrive as they were; the most of all runs.
    :param failed: why it could not be measured.
    """

    runs: list[dict[str, Any]] = field(default_factory=list)
    differing: int = 0
    failed: str = ""

    def median(self, name: str) -> float:
        """Give the median of one figure: `wall`, `cpu`, `peak`, `start`, `database_cpu`, `through`, `server`."""
        return float(statistics.median(run[name] for run in self.runs))

    @property
    def best_wall(self) -> float:
        """The shortest time."""
        return min(float(run["wall"]) for run in self.runs)


def measure(site: Site, works: Sequence[Work], repeats: int, found: dict[str, Figures]) -> Iterator[str]:
    """Measure all works in turn, so many times; put the figures into `found` and tell of each one."""
    checks = Checks(site)
    for repeat in range(repeats):
        for work in works:
            figures = found.setdefault(work.name, Figures())
            if figures.failed or (repeat and figures.best_wall > ONCE_FROM):
                continue
            _measure(site, work, figures, checks)
            yield f"  {repeat + 1}/{repeats} {work.name:<72} {_told(figures)}"


def _measure(site: Site, work: Work, figures: Figures, checks: Checks) -> None:
    site.empty_targets()
    before = site.database_cpu()
    run = _run(site, work)
    if isinstance(run, str):
        figures.failed = run
        return
    run["database_cpu"] = site.database_cpu() - before
    run["server"] = run["answer"].get("server_seconds", 0.0)
    figures.runs.append(run)
    figures.differing = max(figures.differing, checks.differing(work))
    rows = run["answer"].get("rows")
    if rows is not None and work.times:
        figures.differing = max(figures.differing, abs(rows - site.rows * work.times))


def _run(site: Site, work: Work) -> dict[str, Any] | str:
    """Run a work and give its figures, or the last lines of what it said if it failed."""
    result, log = site.folder / "one.json", site.folder / "one.log"
    environment = os.environ | site.environment
    with relay(site.s3.port) as between:
        if work.path == "s3->s3":
            name = variable("aws_default")
            there, here = (f"127.0.0.1:{port}" for port in (site.s3.port, between.port))
            environment[name] = environment[name].replace(there, here)
        with log.open("wb") as output:
            command = [sys.executable, "-m", "bench.copies.one", work.name, str(result)]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False
            )
        through = between.bytes
    if done.returncode:
        (site.folder / f"failed {work.name.replace('/', ' ')}.log").write_bytes(log.read_bytes())
        return " ".join(log.read_text(errors="replace").strip().splitlines()[-1:])[-300:] or "killed"
    run: dict[str, Any] = json.loads(result.read_text())
    return run | {"through": through}


def _told(figures: Figures) -> str:
    if figures.failed:
        return f"FAILED: {figures.failed}"
    run = figures.runs[-1]
    text = f"{run['wall']:6.1f} s, client CPU {run['cpu']:6.2f} s, databases {run['database_cpu']:5.1f} s, +{run['peak']:4.0f} MB"
    return text + (f", {figures.differing:,} rows differ" if figures.differing else "")
