"""Writes what follows what: `a >> b >> [c, d]`, tasks that the same tasks follow in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datapipeline_converters.plan import Call
from datapipeline_converters.rendering.layout import WIDTH, Identifier, Layout, width

_Group = tuple[tuple[str, ...], tuple[str, ...]]
_CROSS = "airflow.sdk.cross_downstream"


def edge_lines(edges: Sequence[tuple[str, str]], layout: Layout) -> list[str]:
    """Return the statements that say all edges, each edge once.

    :param edges: pairs of task ids, upstream first
    """
    groups = _groups(edges)
    following = {frozenset(before): (before, after) for before, after in groups}
    continued = {frozenset(after) for _, after in groups if frozenset(after) in following}
    heads = [group for group in groups if frozenset(group[0]) not in continued]
    lines: list[str] = []
    written: set[_Group] = set()
    for head in [*heads, *groups]:  # what goes round in a circle has no head
        line = ""
        for group in _chain(head, following, written):
            edge = _edge(group, layout)
            joined = line + edge.removeprefix(_list(group[0])) if line else edge
            if line and (
                _is_cross(group) or "\n" in joined or width(joined) > WIDTH - 4 or line.endswith(")")
            ):
                lines.append(line)
                joined = edge
            line = joined
        if line:
            lines.append(line)
    return lines


def _groups(edges: Sequence[tuple[str, str]]) -> list[_Group]:
    """Return the edges as pairs of tasks, upstream and downstream: each task of the one is before each of the other."""
    downstream: dict[str, dict[str, None]] = {}
    for before, after in edges:
        downstream.setdefault(before, {})[after] = None
    alike: dict[frozenset[str], list[str]] = {}
    for task, those_after in downstream.items():
        alike.setdefault(frozenset(those_after), []).append(task)
    return [(tuple(tasks), tuple(downstream[tasks[0]])) for tasks in alike.values()]


def _chain(
    group: _Group | None, following: dict[frozenset[str], _Group], written: set[_Group]
) -> Iterator[_Group]:
    """Yield a group and those that begin where it ends, as far as none has been written."""
    while group is not None and group not in written:
        written.add(group)
        yield group
        group = following.get(frozenset(group[1]))


def _edge(group: _Group, layout: Layout) -> str:
    before, after = group
    names = [[Identifier(name) for name in side] for side in group]
    if _is_cross(group):
        return layout.source(Call(_CROSS, positional=names), 1)  # type: ignore[arg-type]
    if len(before) > 1:
        return f"{layout.source(names[0], 1, len(after[0]) + 4)} >> {after[0]}"
    opening = f"{before[0]} >> "
    return opening + (after[0] if len(after) == 1 else layout.source(names[1], 1, len(opening)))


def _is_cross(group: _Group) -> bool:
    """Tell whether there are several tasks on both sides: a list cannot come before a list."""
    return len(group[0]) > 1 and len(group[1]) > 1


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"
