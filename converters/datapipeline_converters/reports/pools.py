"""Writes pools in the form that Airflow imports."""

from __future__ import annotations

import json
from collections.abc import Sequence

from datapipeline_converters.plan import Pool


def pools_json(pools: Sequence[Pool]) -> str:
    """Return the text for `airflow pools import`."""
    document = {
        pool.name: {"slots": pool.slots, "description": pool.description, "include_deferred": True}
        for pool in pools
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
