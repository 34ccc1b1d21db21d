"""Writes the ledger as JSON, in its published shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from datapipeline_converters.definition import Repair
from datapipeline_converters.ledger import Line
from datapipeline_converters.reports.shares import by_type, grades, kept_percent


def ledger_json(pipeline: str, source: str, lines: Sequence[Line], repairs: Sequence[Repair]) -> str:
    """Return the ledger file's text."""
    document = {
        "pipeline": pipeline,
        "source": source,
        "summary": {
            **_counted(lines),
            "types": {name: _counted(of_type) for name, of_type in by_type(lines).items()},
        },
        "lines": [line.as_json() for line in lines],
        "repairs": [{"place": repair.place, "text": repair.text} for repair in repairs],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _counted(lines: Sequence[Line]) -> dict[str, Any]:
    return {"fields": len(lines), "kept_percent": round(kept_percent(lines), 2), "grades": grades(lines)}
