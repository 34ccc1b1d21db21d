"""In what order to move the pipelines: what others read from comes first, and what is easy before what is hard."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from datapipeline_converters.assessment.effort import GRADES
from datapipeline_converters.assessment.lineage import Link
from datapipeline_converters.assessment.summary import Summary

_Node = TypeVar("_Node", bound=Hashable)


def waves(summaries: Iterable[Summary], links: Sequence[Link]) -> dict[str, int]:
    """Return the wave of each pipeline, from 1 on, by its name, in the given order; what cannot be read has none.

    A pipeline moves behind all that it reads from, so that its input is proven when its turn comes; those that read from
    each other in a circle move together. Nothing moves before what is easier and feeds nothing; a wave with nothing in it
    is left out.
    """
    earliest = {
        summary.name: GRADES.index(summary.effort) + 1 for summary in summaries if summary.is_pipeline
    }
    # A link is a node of its own: of many writers and readers, every pair would be an edge.
    after: dict[str | int, list[str | int]] = {name: [] for name in earliest}
    for number, link in enumerate(links):
        after[number] = [name for name in link.readers if name in earliest]
        for name in link.writers:
            if name in earliest:
                after[name].append(number)
    result: dict[str, int] = {}
    arrived: dict[str | int, int] = {}
    for component in reversed(components(after)):
        names = [node for node in component if isinstance(node, str)]
        wave = max([earliest[name] for name in names] + [arrived.get(node, 1) for node in component])
        result.update(dict.fromkeys(names, wave))
        step = 1 if names else 0
        inside = set(component)
        for node in component:
            for following in after[node]:
                if following not in inside:
                    arrived[following] = max(arrived.get(following, 1), wave + step)
    numbers = {wave: number for number, wave in enumerate(sorted(set(result.values())), 1)}
    return {name: numbers[result[name]] for name in earliest}


def components(after: Mapping[_Node, Sequence[_Node]]) -> list[list[_Node]]:
    """Return the strongly connected components of a graph, each behind those it leads to (Tarjan, without recursion)."""
    index: dict[_Node, int] = {}
    low: dict[_Node, int] = {}
    waiting: list[_Node] = []
    on_stack: set[_Node] = set()
    found: list[list[_Node]] = []
    for root in after:
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        waiting.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    waiting.append(other)
                    on_stack.add(other)
                    work.append((other, iter(after[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = waiting.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    found.append(component)
    return found
