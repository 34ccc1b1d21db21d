"""Knows by what the commands of a task are recognised elsewhere, so that a further try finds what an earlier one has left."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context


def of_task(context: Context) -> str:
    """Return the mark of a task in its run, the same for each try: 64 hexadecimal digits."""
    ti: Any = context["ti"]
    return digest(ti.dag_id, ti.task_id, ti.run_id, str(ti.map_index))


def digest(*parts: str) -> str:
    """Return 64 hexadecimal digits that different parts do not share."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
