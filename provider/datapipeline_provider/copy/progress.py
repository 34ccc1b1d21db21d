"""Counts what a copy has moved, tells the log now and then, and stops the copy when asked to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from datapipeline_provider.hooks.errors import CancelledError

if TYPE_CHECKING:
    from datapipeline_provider.hooks.tables import Log

SECONDS_BETWEEN_LINES = 30.0
COUNTERS = {
    "rows": "rows",
    "lines": "lines, the rows of which are counted at the end",
    "read": "bytes read",
    "written": "bytes written",
    "objects": "objects written",
    "cleaned": "characters cleaned up",
    "rewritten": "values rewritten that the format cannot carry",
    "unreadable": "records ending in a carriage return, which CopyActivity cannot read",
}
SECONDS_FOR_A_RATE = 0.1


class Moved(TypedDict):
    """What a copy has moved: an operator's XCom.

    `rows` is None where objects were copied without being read. `bytes` are those written to S3, or read from it
    if nothing was written there: as stored, compressed if the objects are; None from database to database.
    `objects` are the S3 objects written; None if none is.
    """

    rows: int | None
    bytes: int | None
    objects: int | None


class _Silent:
    def info(self, message: str, /, *arguments: object) -> None:
        """Say nothing."""


@dataclass
class Progress:
    """The counters of one copy; sources and sinks call `advance` at least once for each batch."""

    log: Log
    stop: threading.Event = field(default_factory=threading.Event)
    counted: Counter[str] = field(default_factory=Counter)
    _started: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def advance(self, **more: int) -> None:
        """Add to counters of COUNTERS; CancelledError if the copy has to stop."""
        if self.stop.is_set():
            raise CancelledError
        self.counted.update(more)
        if time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self.tell("So far")

    def restart(self) -> None:
        """Forget what was counted: the copy begins anew."""
        self.counted.clear()

    def apart(self) -> Progress:
        """Give a second one for a part of the copy whose records are counted elsewhere; both stop together."""
        return Progress(_Silent(), self.stop)

    def tell(self, when: str) -> None:
        """Log the counters, the seconds since the beginning, and how fast that was."""
        self._told = time.monotonic()
        known = {name for name, count in self.counted.items() if count or "lines" not in self.counted}
        text = ", ".join(f"{self.counted[name]:,} {what}" for name, what in COUNTERS.items() if name in known)
        seconds = self._told - self._started
        self.log.info("%s: %s in %.1f s%s", when, text or "nothing", seconds, self._rate(seconds))

    def _rate(self, seconds: float) -> str:
        if seconds < SECONDS_FOR_A_RATE:
            return ""
        rows, moved = (
            self.counted.get("rows", 0),
            max(self.counted.get("written", 0), self.counted.get("read", 0)),
        )
        rates = [f"{rows / seconds:,.0f} rows/s"] * bool(rows) + [
            f"{moved / seconds / 1e6:,.1f} MB/s"
        ] * bool(moved)
        return f" ({', '.join(rates)})" if rates else ""

    def moved(self) -> Moved:
        """Give the counters."""
        counted = self.counted
        return {
            "rows": counted.get("rows"),
            "bytes": counted.get("written", counted.get("read")),
            "objects": counted.get("objects"),
        }
