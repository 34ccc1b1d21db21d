"""The client's CPU seconds of each path as a picture: an SVG of bars, on a logarithmic scale."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.copies.results import Result

LEFT, WIDTH, BAR, GAP, TOP = 210, 560, 15, 14, 56
COLOURS = {"ours": "#1a7f5a", "peer": "#c8553d", "limit": "#8a8f98"}
NAMES = {
    "ours": "CopyActivityOperator",
    "peer": "Airflow's own operator",
    "limit": "limit of the machine",
}
LOWEST = 0.1


def svg(results: Sequence[Result]) -> str:
    """Draw the paths that have something beside them."""
    groups = [
        (result.path, bars) for result in results if len(bars := _bars(result)) > 1 and "," not in result.path
    ]
    highest = max((seconds for _, bars in groups for _, seconds in bars), default=1.0)
    decades = math.ceil(math.log10(highest / LOWEST))
    height = TOP + sum(len(bars) * BAR + GAP for _, bars in groups) + 30

    def x(seconds: float) -> float:
        return LEFT + WIDTH * math.log10(max(seconds, LOWEST) / LOWEST) / decades

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 80} {height}"'
        ' font-family="system-ui, sans-serif" font-size="12" fill="#222">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14">CPU seconds of the client, logarithmic</text>',
    ]
    for number, (side, name) in enumerate(NAMES.items()):
        at = float(LEFT + number * 190)
        parts.append(f'<rect x="{at:g}" y="28" width="11" height="11" fill="{COLOURS[side]}"/>')
        parts.append(f'<text x="{at + 16:g}" y="38">{escape(name)}</text>')
    for decade in range(decades + 1):
        tick = LOWEST * 10.0**decade
        at = x(tick)
        parts.append(f'<path d="M{at:.1f} {TOP - 6}V{height - 24}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle">{tick:g} s</text>')
    y = TOP
    for path, bars in groups:
        middle = y + len(bars) * BAR / 2 + 4
        label = escape(path.replace("->", " → "))
        parts.append(f'<text x="{LEFT - 10}" y="{middle:.1f}" text-anchor="end">{label}</text>')
        for side, seconds in bars:
            width = x(seconds) - LEFT
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 2}" fill="{COLOURS[side]}"/>'
            )
            parts.append(f'<text x="{LEFT + width + 5:.1f}" y="{y + BAR - 4}">{seconds:.2f}</text>')
            y += BAR
        y += GAP
    return "\n".join([*parts, "</svg>", ""])


def _bars(result: Result) -> list[tuple[str, float]]:
    sides = (("ours", result.ours), ("peer", result.peer), ("limit", result.limit))
    return [(side, figures.median("cpu")) for side, figures in sides if figures]
