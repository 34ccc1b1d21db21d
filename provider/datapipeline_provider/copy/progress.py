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
COUNTERS = {"rows": "rows", "read": "bytes read", "written": "bytes written", "objects": "objects written"}


class Moved(TypedDict):
    """What a copy has moved: an operator's XCom.

    `rows` is None where objects were copied without being read. `bytes` are those written to S3, or read from it
    if nothing was written there: as stored, compressed if the objects are; None from database to database.
    `objects` are the S3 objects written; None if none is.
    """

    rows: int | None
    bytes: int | None
    objects: int | None


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

    def tell(self, when: str) -> None:
        """Log the counters and the seconds since the beginning."""
        self._told = time.monotonic()
        text = ", ".join(
            f"{self.counted[name]:,} {what}" for name, what in COUNTERS.items() if name in self.counted
        )
        self.log.info("%s: %s in %.1f s", when, text or "nothing", self._told - self._started)

    def moved(self) -> Moved:
        """Give the counters."""
        counted = self.counted
        return {
            "rows": counted.get("rows"),
            "bytes": counted.get("written", counted.get("read")),
            "objects": counted.get("objects"),
        }
