"""Knows how Data Pipeline's names become names that Airflow, Python and a file system take."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Set

# Two of them, an environment, and what we put between them fit into the 250 characters Airflow takes.
_LONGEST = 110
# Windows takes no file of such a name, whatever its ending.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
)
ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,20}")


def pipeline_name(text: str, environment: str | None = None) -> str:
    """Return a DAG id and file stem made of a pipeline's name: letters, digits, `_` and `-`.

    :param environment: what stands behind it, if anything; of the form `ENVIRONMENT`
    """
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:_LONGEST] or "pipeline"
    name = f"{cleaned}_{environment}" if environment else cleaned
    return f"{name}_" if name.upper() in _DEVICES else name


def identifier(text: str, taken: Collection[str] | Set[str] = ()) -> str:
    """Return a Python identifier made of an object's id, different from all that are taken.

    It keeps to ASCII: it is part of the ids of connections, Variables and DAGs, which have to be typed.
    """
    return _usable(re.sub(r"[^A-Za-z0-9_]+", "_", text)[:_LONGEST], taken)


def task_name(text: str, taken: Collection[str] | Set[str] = ()) -> str:
    """Return a task id made of an object's id, which is a variable's name as well, different from all that are taken.

    Letters of every script stay, in the form that Python itself makes of those that look alike (NFKC).
    """
    signs = unicodedata.normalize("NFKC", text)
    kept = "".join(
        sign if sign == "_" or (sign.isalnum() and f"_{sign}".isidentifier()) else " " for sign in signs
    )
    # The names of log folders are made of it, which file systems count in bytes.
    short = re.sub(r" +", "_", kept).encode()[:_LONGEST].decode(errors="ignore")
    return _usable(short, taken)


def _usable(cleaned: str, taken: Collection[str]) -> str:
    """Return a text of letters, digits and `_` as an identifier that is no word of Python's."""
    if not cleaned.strip("_"):
        cleaned = "task"
    if not cleaned.isidentifier():
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
    :param kept: those that wait for the pipelines that have had them before
    """

    def __init__(self, names: Iterable[str] = (), kept: Iterable[str] = ()) -> None:
        self._kept = {name.lower(): name for name in kept}
        self._names = set(names)
        self._folded = {name.lower() for name in self._names}
        self._last: dict[str, int] = {}

    def give(self, wanted: str, before: str = "") -> str:
        """Return the wanted name, or the name with the first free number behind it; nobody else gets it.

        :param before: the name that the pipeline had before, which it gets if nobody has it; "" if it had none
        """
        if before and before.lower() not in self._folded:
            self._kept.pop(before.lower(), None)
            self.add([before])
            return before
        name, folded = wanted, wanted.lower()
        if folded in self._folded or folded in self._kept:
            # All smaller numbers were found taken before, and names are never given back.
            number = self._last.get(folded, 2)
            while f"{folded}_{number}" in self._folded or f"{folded}_{number}" in self._kept:
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
        """Return all names but one, those that are kept with them, spelled as they were given."""
        return frozenset({*self._names, *self._kept.values()} - {name})

    def has_any(self, names: Iterable[str], own: str) -> bool:
        """Tell whether one of the names is given, spelled the same, to anybody but its owner.

        :param own: the owner's own name
        """
        return any(
            name != own and (name in self._names or self._kept.get(name.lower()) == name) for name in names
        )
