"""Writes the ledger as JSON, in its published shape."""

from __future__ import annotations

import json
from collections.abc import Sequence

from datapipeline_converters.definition import Repair
from datapipeline_converters.ledger import Line


def ledger_json(pipeline: str, source: str, lines: Sequence[Line], repairs: Sequence[Repair]) -> str:
    """Return the ledger file's text."""
    document = {
        "pipeline": pipeline,
        "source": source,
        "lines": [line.as_json() for line in lines],
        "repairs": [{"place": repair.place, "text": repair.text} for repair in repairs],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
