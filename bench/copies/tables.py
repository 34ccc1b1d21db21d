"""The results as a table: in the terminal, and in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.copies.measuring import Figures
    from bench.copies.results import Result

HEADS = (
    "path",
    "client CPU",
    "wall",
    "database CPU",
    "memory over start",
    "Airflow's operator",
    "its memory",
    "times our CPU",
    "limit",
    "of the limit",
    "not as promised",
)


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Write the cells."""
    return [tuple(_cells(result)) for result in results]


def _cells(result: Result) -> list[str]:
    ours, peer, limit = result.ours, result.peer, result.limit
    memory = f"{ours.median('peak'):.0f} MB"
    if result.longer:
        memory += f" ({result.times:g} x the rows: {result.longer.median('peak'):.0f})"
    if result.path == "s3->s3":
        memory += f", {ours.median('through') / 1e6:.2f} MB travelled"
    of_limit, its = "", ""
    if result.limit_ratio is not None and limit is not None:
        of = result.promise.of
        of_limit = f"{result.limit_ratio:.2f} x {'CPU' if of == 'cpu' else 'wall'}"
        its = f"{result.limit_name}: {limit.median(of):.2f} s"
    times = f"{result.peer_ratio:.1f} x" if result.peer_ratio else ""
    return [
        result.path,
        f"{ours.median('cpu'):.2f} s",
        f"{ours.median('wall'):.1f} s",
        f"{ours.median('database_cpu'):.1f} s",
        memory,
        _peer(result.peer_name, peer, len(ours.runs)),
        f"{peer.median('peak'):.0f} MB" if peer else "",
        times,
        its,
        of_limit,
        "; ".join(result.missed),
    ]


def _peer(name: str, peer: Figures | None, runs: int) -> str:
    if peer is None:
        return ""
    lost = f", {peer.differing:,} rows not as they were" if peer.differing else ""
    once = ", one run" if len(peer.runs) < runs else ""
    return f"{name}: {peer.median('cpu'):.1f} s{lost}{once}"


def terminal(results: Sequence[Result]) -> str:
    """Write it for a terminal: a few lines for each path."""
    lines = []
    for cells in rows(results):
        named = zip(HEADS[1:], cells[1:], strict=True)
        lines += [cells[0], *(f"  {head:<20} {cell}" for head, cell in named if cell)]
    return "\n".join(lines)


def markdown(results: Sequence[Result]) -> str:
    """Write it in Markdown."""
    lines = [HEADS, ("---",) * len(HEADS), *rows(results)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
