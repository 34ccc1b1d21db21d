"""What the figures say: ratios to the peer and to the limit, beside what is promised."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.copies.works import COMPARED, LONGER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.copies.measuring import Figures
    from bench.copies.work import Role


@dataclass(frozen=True)
class Promise:
    """What is promised of a path.

    :param peer: so many times less client CPU than the peer.
    :param limit: at most so many times the limit's ...
    :param of: ... figure: its `cpu`, its `wall`, or the seconds of its `server` alone, beside our wall time.
    :param peak: at most so many MB over the size at the start.
    """

    peer: float | None = None
    limit: float | None = None
    of: str = "cpu"
    peak: float = 90.0


PROMISES = {
    "postgresql->s3": Promise(15, 1.2),
    "mariadb->s3": Promise(12, 0.8),
    "dbapi->s3": Promise(2),
    "s3->postgresql": Promise(30, 1.6, "wall"),
    "s3->postgresql, insertQuery": Promise(None, 1.9, "wall"),
    "s3->mariadb": Promise(25, 1.4, "server", 350),
    "s3->s3": Promise(),
}
NO_BYTES = 1_000_000
"""So much of 1 GB may travel: questions and answers, no contents."""
FLAT = 20.0
"""MB that the peak may grow with more rows."""
ENOUGH_ROWS = 1_000_000
"""With fewer, what is the same for any number of rows decides: imports, connections, buffers that are not full."""
OF = {"cpu": "client CPU", "wall": "wall time", "server": "wall time to the server's own"}


def ratio(ours: Figures, name: str, other: Figures, its: str) -> float:
    """Divide one of our figures by another's: the median over the repeats, in each of which the machine was as fast for both.

    What was not repeated as often as ours is compared with our median.
    """
    if len(ours.runs) != len(other.runs):
        return ours.median(name) / other.median(its)
    rounds = zip(ours.runs, other.runs, strict=True)
    return float(statistics.median(our[name] / others[its] for our, others in rounds))


@dataclass(frozen=True)
class Result:
    """A path and all that was measured on it; what is missing was not measured or failed."""

    path: str
    rows: int
    ours: Figures
    peer: Figures | None
    limit: Figures | None
    longer: Figures | None
    peer_name: str
    limit_name: str
    times: int

    @property
    def promise(self) -> Promise:
        """What is promised."""
        return PROMISES.get(self.path, Promise())

    @property
    def peer_ratio(self) -> float | None:
        """How many times our client CPU the peer takes."""
        return 1 / ratio(self.ours, "cpu", self.peer, "cpu") if self.peer else None

    @property
    def limit_ratio(self) -> float | None:
        """How many times the limit's figure ours is."""
        if self.limit is None:
            return None
        return ratio(self.ours, "cpu" if self.promise.of == "cpu" else "wall", self.limit, self.promise.of)

    @property
    def missed(self) -> list[str]:
        """What is promised and not so."""
        promise, missed = self.promise, []
        if self.rows >= ENOUGH_ROWS:
            if promise.peer and self.peer_ratio and self.peer_ratio < promise.peer:
                missed.append(f"the peer takes {promise.peer:g} times the CPU")
            if promise.limit and self.limit_ratio and self.limit_ratio > promise.limit:
                missed.append(f"{promise.limit:g} times the limit's {OF[promise.of]} at most")
            if self._growth > FLAT:
                missed.append("the same memory for any number of rows")
        if self.ours.median("peak") > promise.peak:
            missed.append(f"at most {promise.peak:g} MB")
        if self.path == "s3->s3" and self.ours.median("through") > NO_BYTES:
            missed.append("no contents through the worker")
        if self.ours.differing:
            missed.append("the same rows")
        return missed

    @property
    def _growth(self) -> float:
        return self.longer.median("peak") - self.ours.median("peak") if self.longer else 0.0

    def to_json(self) -> dict[str, Any]:
        """Give everything as JSON values; seconds and MB."""
        found: dict[str, Any] = {
            "path": self.path,
            "peer_cpu_ratio": _short(self.peer_ratio),
            "limit_ratio": _short(self.limit_ratio),
            "limit_ratio_of": self.promise.of if self.limit else None,
            "peak_mb_over_start": _short(self.ours.median("peak")),
            "missed": self.missed,
        }
        if self.longer:
            found["rows_times"] = self.times
            found["peak_mb_over_start_rows_times"] = _short(self.longer.median("peak"))
        if self.path == "s3->s3":
            found["bytes_through_worker"] = round(self.ours.median("through"))
        sides = (("ours", self.ours, "CopyActivityOperator"), ("peer", self.peer, self.peer_name))
        for side, figures, name in (*sides, ("limit", self.limit, self.limit_name)):
            if figures is not None:
                found[side] = {
                    "what": name,
                    "runs": len(figures.runs),
                    "client_cpu_seconds": _short(figures.median("cpu")),
                    "wall_seconds": _short(figures.median("wall")),
                    "database_cpu_seconds": _short(figures.median("database_cpu")),
                    "peak_mb_over_start": _short(figures.median("peak")),
                    "rows_differing": figures.differing,
                }
        if self.limit and self.limit.median("server"):
            found["limit"]["server_wall_seconds"] = _short(self.limit.median("server"))
        return found


def _short(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)


def results(figures: Mapping[str, Figures], rows: int) -> list[Result]:
    """Put the figures of a path together, in the order of measuring; paths that failed are left out."""
    measured = {name: each for name, each in figures.items() if each.runs}

    def of(path: str, role: Role) -> tuple[Figures | None, str, int]:
        for work in [*COMPARED, *LONGER]:
            if (work.path, work.role) == (path, role) and work.name in measured:
                return measured[work.name], work.what, work.times
        return None, "", 0

    found = []
    for path in dict.fromkeys(work.path for work in COMPARED):
        ours, *_ = of(path, "ours")
        if ours is None:
            continue
        # Data Pipeline's own dialect carries fewer of the rows, so nothing else is beside it.
        plain = path if path.endswith("own dialect") else path.partition(",")[0]
        peer, peer_name, _ = of(plain, "peer")
        limit, limit_name, _ = of(plain, "limit")
        longer, _, times = of(path, "longer")
        found.append(Result(path, rows, ours, peer, limit, longer, peer_name, limit_name, times))
    return found
