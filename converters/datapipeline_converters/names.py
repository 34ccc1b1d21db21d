"""Knows how Data Pipeline's names become names that Airflow, Python and a file system take."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Set

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


class Taken:
    """The names of pipelines and DAGs that are given already; case does not tell two apart, because file systems differ.

    :param names: those given before
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = set(names)
        self._folded = {name.lower() for name in self._names}
        self._last: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """Return the wanted name, or the name with the first free number behind it; nobody else gets it."""
        name, folded = wanted, wanted.lower()
        if folded in self._folded:
            # All smaller numbers were found taken before, and names are never given back.
            number = self._last.get(folded, 2)
            while f"{folded}_{number}" in self._folded:
                number += 1
            self._last[folded] = number
            name = f"{wanted}_{number}"
        self.add([name])
        return name

    def add(self, names: Iterable[str]) -> None:
        """Take names that were given elsewhere."""
        for name in names:
            self._names.add(name)
            self._folded.add(name.lower())

    def others(self, name: str) -> frozenset[str]:
        """Return all names but one, spelled as they were given."""
        return frozenset(self._names - {name})

    def has_any(self, names: Iterable[str], own: str) -> bool:
        """Tell whether one of the names is given, spelled the same, to anybody but its owner.

        :param own: the owner's own name
        """
        return any(name in self._names and name != own for name in names)
