"""Shows how far long work is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Work that is done sooner shows nothing, in seconds.
_PATIENCE = 1.0


@contextmanager
def bar(total: int, label: str) -> Iterator[Callable[[], None]]:
    """Give a function to call for each piece of work that is done; long work in a terminal gets a bar.

    What is printed meanwhile goes above the bar if `click.echo` or `print` writes it.

    :param total: how many pieces there are
    :param label: what is going on: `Converting`
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    progress = _Bar(total, label)
    try:
        yield progress.advance
    finally:
        progress.close()


class _Bar:
    """A bar that appears once the work has taken a while.

    :param total: how many pieces of work there are
    :param label: what stands before the bar
    """

    def __init__(self, total: int, label: str) -> None:
        self._total = total
        self._label = label
        self._done = 0
        self._due = time.monotonic() + _PATIENCE
        self._close: Callable[[], None] | None = None
        self._show: Callable[[int], None] = lambda _: None

    def advance(self) -> None:
        """Count one more piece as done."""
        self._done += 1
        if self._close is None and time.monotonic() >= self._due:
            self._open()
        self._show(self._done)

    def close(self) -> None:
        """Take the bar away."""
        if self._close is not None:
            self._close()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            # What the command prints is its output, not the terminal's: only where both are one must it pass the bar.
            redirect_stdout=sys.stdout.isatty(),
        )
        task = progress.add_task(self._label, total=self._total, completed=self._done)
        progress.start()
        self._show = lambda done: progress.update(task, completed=done)
        self._close = progress.stop
