"""Writes findings as SARIF 2.1.0, which code hosts and editors show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.report import Examined
from datapipeline_converters.validation.rules import RULES, Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_TOOL = "dp2airflow validate"


def as_sarif(all_examined: Sequence[Examined], version: str) -> dict[str, Any]:
    """Return a SARIF log with one run.

    :param version: the product's version
    """
    broken = list(dict.fromkeys(f.rule_id for examined in all_examined for f in examined.findings))
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": _TOOL,
                        "version": version,
                        "rules": [_rule(RULES[rule_id]) for rule_id in broken],
                    }
                },
                "results": [
                    _result(examined, finding, broken.index(finding.rule_id))
                    for examined in all_examined
                    for finding in examined.findings
                ],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.help} AWS Data Pipeline Developer Guide: {rule.page}."
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.help},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": str(rule.level)},
    }


def _result(examined: Examined, finding: Finding, index: int) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(examined.source)}}}
    if finding.place:
        location["logicalLocations"] = [
            {"fullyQualifiedName": f"{examined.pipeline}.{finding.place}", "kind": "object"}
        ]
    return {
        "ruleId": finding.rule_id,
        "ruleIndex": index,
        "level": str(finding.level),
        "message": {"text": finding.message},
        "locations": [location],
    }


def _uri(source: str) -> str:
    """Return a file's path as a URI, relative where the path is."""
    path = Path(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
