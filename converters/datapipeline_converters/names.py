"""Knows how Data Pipeline's names become names that Airflow, Python and a file system take."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Set

# Two of them, an environment, and what we put between them fit into the 250 characters Airflow takes.
_LONGEST = 110
ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,20}")


def pipeline_name(text: str, environment: str | None = None) -> str:
    """Return a DAG id and file stem made of a pipeline's name: letters, digits, `_` and `-`.

    :param environment: what stands behind it, if anything; of the form `ENVIRONMENT`
    """
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:_LONGEST] or "pipeline"
    return f"{cleaned}_{environment}" if environment else cleaned


def identifier(text: str, taken: Collection[str] | Set[str] = ()) -> str:
    """Return a Python identifier made of an object's id, different from all that are taken.

    It serves as task id and as variable name at once, so it keeps to ASCII: Python and Airflow disagree about the rest.
    """
    cleaned = re.sub(r"[^A-Za-z0-9_]+", "_", text)[:_LONGEST]
    if not cleaned.strip("_"):
        cleaned = "task"
    if cleaned[0].isdigit():
        cleaned = f"_{cleaned}"
    if keyword.iskeyword(cleaned) or keyword.issoftkeyword(cleaned) or hasattr(builtins, cleaned):
        cleaned = f"{cleaned}_"
    return unique(cleaned, taken)


def unique(name: str, taken: Collection[str]) -> str:
    """Return the name, or the name with the first free number behind it."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def camel_case(name: str) -> str:
    """Return a field's key for an attribute: `file_path` is `filePath`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
