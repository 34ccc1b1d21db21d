"""All that is measured, by name, in the order of measuring."""

from __future__ import annotations

from bench.copies import limits, ours, peers
from bench.copies.work import Work

ROLES = ("ours", "peer", "limit")


def _in_order() -> list[Work]:
    works = [*ours.works(), *peers.works(), *limits.works()]
    paths = list(dict.fromkeys(work.path for work in works))
    return sorted(works, key=lambda work: (paths.index(work.path), ROLES.index(work.role)))


COMPARED = _in_order()
LONGER = ours.longer()
WORKS = {work.name: work for work in [*COMPARED, *LONGER]}
