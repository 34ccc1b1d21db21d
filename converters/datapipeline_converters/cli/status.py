"""The exit statuses, and how an error is told."""

from __future__ import annotations

import click

COMPLETE, WORK_LEFT, FAILED = 0, 1, 2
DIFFERENT = 1  # what a comparison found
INTERRUPTED = 130  # as shells count a program that Ctrl-C ended


def fail(text: str) -> int:
    """Tell of an error and return the exit status for it."""
    click.echo(f"Error: {text}", err=True)
    return FAILED
