"""Writes the page on everything that a conversion may refuse: the table of refusals, to be reviewed by a person."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from datapipeline_converters.ledger import Grade, Verdict
from datapipeline_converters.refusals import FailingTask, Loss, rows


def refused_page() -> Iterator[str]:
    """Yield the page's lines."""
    yield "# Refused"
    yield ""
    yield (
        "What a conversion may refuse, all of it: nothing else is left undone, and nothing is left undone in silence. "
        "The rows that concern a definition are in its ledger and in its report. `{names}` stand for what the definition says."
    )
    yield from ("", "## A field has no effect", "")
    yield from ("| what | why | what you can do |", "|---|---|---|")
    for row in rows():
        if isinstance(row, Loss):
            verdict = Verdict(Grade.REFUSED, shown(row.reason), shown(row.advice))
            yield f"| {row.about} | {verdict.reason} | {verdict.advice} |"
    yield from ("", "## A task fails in the object's place", "")
    yield (
        "The DAG is there, and the task that cannot be made says why when it runs. Correct the definition as it says and "
        "convert again, or write a task that does the work and put it in the failing one's place."
    )
    yield from ("", "| what | what the task says |", "|---|---|")
    yield from (f"| {row.about} | {shown(row.reason)} |" for row in rows() if isinstance(row, FailingTask))


def shown(text: str) -> str:
    """Return a text of the table with the names of what differs from case to case, as a person reads them."""
    return "".join(
        literal + (f"{{{name}}}" if name else "") for literal, name, _, _ in Formatter().parse(text)
    )
