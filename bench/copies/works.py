"""All that is measured, by name, in the order of measuring."""

from __future__ import annotations

from bench.copies import limits, ours, peers
from bench.copies.work import Work

ROLES = ("ours", "limit", "peer")
"""Ours and the limit are measured one right after the other: a machine is rarely as fast a minute later."""


def _in_order() -> list[Work]:
    works = [*ours.works(), *peers.works(), *limits.works()]
    paths = list(dict.fromkeys(work.path for work in works))
    return sorted(works, key=lambda work: (paths.index(work.path), ROLES.index(work.role)))


COMPARED = _in_order()
LONGER = ours.longer()
WORKS = {work.name: work for work in [*COMPARED, *LONGER]}
