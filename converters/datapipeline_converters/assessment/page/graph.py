"""Lays out which pipeline feeds which: layers from left to right, few crossings, everything inside one drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datapipeline_converters.assessment.estate import Estate
from datapipeline_converters.assessment.lineage import Link
from datapipeline_converters.assessment.waves import components

MOST_NODES = 80
_MOST_EDGES = 400
_FEW = 3  # of those that share one dataset, where not all can be drawn
_NODE_WIDTH, _NODE_HEIGHT = 190, 30
_ACROSS, _DOWN, _MARGIN = 300, 44, 16
_LABEL = 25
_SWEEPS = 8


@dataclass(frozen=True)
class Node:
    """A pipeline in the drawing; x and y are its upper left corner."""

    name: str
    label: str
    status: str
    effort: str
    x: float
    y: float
    width: int = _NODE_WIDTH
    height: int = _NODE_HEIGHT


@dataclass(frozen=True)
class Edge:
    """Data that goes from one pipeline to another.

    :param path: what SVG draws
    :param certain: whether the paths are known in full
    """

    source: str
    target: str
    path: str
    title: str
    certain: bool


@dataclass(frozen=True)
class Drawing:
    """A drawing of the lineage.

    :param hidden: how many linked pipelines are left out
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    hidden: int


def draw(estate: Estate) -> Drawing | None:
    """Return the drawing of the links of an estate, None where there are none.

    Of more than `MOST_NODES` linked pipelines, some around the most shared data are drawn.
    """
    linked = {name for link in estate.links for name in (*link.writers, *link.readers)}
    if not linked:
        return None
    shown = linked if len(linked) <= MOST_NODES else _chosen(estate.links)
    pairs = _pairs(estate, shown)
    layers = _ordered(_layers(sorted(shown), pairs), pairs)
    places = _places(layers)
    facts = {one.name: one for one in estate.pipelines}
    nodes = tuple(
        Node(name, _short(name), str(facts[name].status).replace(" ", "-"), facts[name].effort, x, y)
        for name, (x, y) in places.items()
    )
    edges = tuple(
        Edge(source, target, _curve(places[source], places[target]), title, certain)
        for (source, target), (title, certain) in pairs.items()
    )
    width = max(x for x, _ in places.values()) + _NODE_WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _NODE_HEIGHT + _MARGIN
    if any(places[edge.source][0] >= places[edge.target][0] for edge in edges):
        height += _DOWN
    return Drawing(nodes, edges, width, height, len(linked) - len(shown))


def _chosen(links: Sequence[Link]) -> set[str]:
    """Return a part of many linked pipelines that hangs together: a few of each that write and read the same."""
    waiting = list(links[:_MOST_EDGES])
    shown: set[str] = set()
    while waiting:
        link = next(
            (one for one in waiting if not shown.isdisjoint({*one.writers, *one.readers})), waiting[0]
        )
        waiting.remove(link)
        for names in (link.writers, link.readers):
            known = sum(name in shown for name in names)
            new = [name for name in names if name not in shown]
            shown.update(new[: max(_FEW - known, 0)])
        if len(shown) > MOST_NODES - 2 * _FEW:
            break
    return shown


def _pairs(estate: Estate, shown: set[str]) -> dict[tuple[str, str], tuple[str, bool]]:
    """Return which pipeline feeds which, with the data and whether that is certain; of several, of what is certain."""
    found: dict[tuple[str, str], tuple[str, bool]] = {}
    for link in sorted(estate.links, key=lambda link: not link.certain):
        for source in link.writers:
            if source not in shown:
                continue
            for target in link.readers:
                if target in shown and source != target and len(found) < _MOST_EDGES:
                    found.setdefault((source, target), (str(link.written), link.certain))
    return found


def _layers(names: Sequence[str], pairs: Mapping[tuple[str, str], object]) -> list[list[str]]:
    """Return the pipelines in layers: each behind those that feed it, as far as there is no circle."""
    before: dict[str, set[str]] = {name: set() for name in names}
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in pairs:
        before[target].add(source)
        after[source].append(target)
    column: dict[str, int] = {}
    for circle in reversed(components(after)):
        waiting = sorted(circle)
        while waiting:
            # In a circle, the one that waits for the fewest goes first.
            name = min(waiting, key=lambda name: len(before[name].intersection(waiting)))
            column[name] = max((column[other] + 1 for other in before[name] if other in column), default=0)
            waiting.remove(name)
    layers: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for name in names:
        layers[column[name]].append(name)
    return layers


def _ordered(layers: list[list[str]], pairs: Mapping[tuple[str, str], object]) -> list[list[str]]:
    """Return the layers with each pipeline near the middle of its neighbours, which makes fewer lines cross."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        neighbours[source].append(target)
        neighbours[target].append(source)
    place = {name: (number + 0.5) / len(layer) for layer in layers for number, name in enumerate(layer)}
    for _ in range(_SWEEPS):
        for layer in layers:
            middle = {
                name: sum(place[other] for other in found) / len(found)
                if (found := neighbours[name])
                else place[name]
                for name in layer
            }
            layer.sort(key=lambda name: (middle[name], name))
            place.update({name: (number + 0.5) / len(layer) for number, name in enumerate(layer)})
    return layers


def _places(layers: Sequence[Sequence[str]]) -> dict[str, tuple[float, float]]:
    tallest = max(map(len, layers))
    return {
        name: (_MARGIN + column * _ACROSS, _MARGIN + (row + (tallest - len(layer)) / 2) * _DOWN)
        for column, layer in enumerate(layers)
        for row, name in enumerate(layer)
    }


def _curve(source: tuple[float, float], target: tuple[float, float]) -> str:
    """Return a line from the right side of a node to the left side of another; one that goes back swings below."""
    x1, y1 = source[0] + _NODE_WIDTH, source[1] + _NODE_HEIGHT / 2
    x2, y2 = target[0], target[1] + _NODE_HEIGHT / 2
    if x2 > x1:
        bend = (x2 - x1) / 2
        return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    low = max(y1, y2) + _DOWN
    return f"M{x1:g} {y1:g}C{x1 + 60:g} {low:g} {x2 - 60:g} {low:g} {x2:g} {y2:g}"


def _short(name: str) -> str:
    if len(name) <= _LABEL:
        return name
    kept = (_LABEL - 1) // 2
    return f"{name[:kept]}…{name[-kept:]}"
