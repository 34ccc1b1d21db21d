"""Writes the page on every reason for which a field is not needed: one list, to be reviewed by a person."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import datapipeline_converters
from datapipeline_converters.ledger import Grade
from datapipeline_converters.objects import types

SOURCES = Path(datapipeline_converters.__file__).parent
# What stands for a name in a reason.
OPEN = "…"


def not_needed_page() -> Iterator[str]:
    """Yield the page's lines."""
    yield "# Not needed"
    yield ""
    yield (
        "The ledger calls a field `not needed` when it has no effect in Airflow and had none that matters. These are all the "
        "reasons for it. Tests hold that changing such a field changes no DAG, no connection and no Variable."
    )
    yield from ("", "## Whatever the definition says", "")
    yield from ("| reason | fields |", "|---|---|")
    for reason, fields in reasons_of_types().items():
        yield f"| {reason} | {'; '.join(_by_field(fields))} |"
    yield from ("", "## Depending on the rest of the definition", "")
    yield f"`{OPEN}` stands for a name."
    yield ""
    yield from (f"- {reason}" for reason in reasons_of_definitions())


def reasons_of_types() -> Mapping[str, list[tuple[str, str]]]:
    """Return the reasons in the types' own tables, in order, with the fields and types that have them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, cls in sorted(types().items()):
        for field, verdict in sorted(cls.verdicts.items()):
            if verdict.grade is Grade.NOT_NEEDED:
                found.setdefault(verdict.reason, []).append((field, name))
    return {reason: sorted(found[reason]) for reason in sorted(found)}


def reasons_of_definitions() -> list[str]:
    """Return all other reasons that stand in the code, sorted."""
    found = {
        reason
        for path in sorted(SOURCES.rglob("*.py"))
        for reason in _reasons(ast.parse(path.read_text(encoding="utf-8")))
    }
    return sorted(found - reasons_of_types().keys())


def _by_field(fields: list[tuple[str, str]]) -> Iterator[str]:
    """Yield each field once, with its types."""
    for field, pairs in groupby(fields, key=lambda pair: pair[0]):
        yield f"`{field}` of {', '.join(name for _, name in pairs)}"


def _reasons(module: ast.Module) -> Iterator[str]:
    functions = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "not_needed":
            yield from _texts(node.args[0], functions, module)


def _texts(node: ast.expr, functions: Mapping[str, ast.FunctionDef], module: ast.Module) -> Iterator[str]:
    """Yield the texts that an expression may come to; "" is none."""
    if isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) and node.value else []
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else OPEN for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, functions, module)
        yield from _texts(node.orelse, functions, module)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for inner in ast.walk(functions[name]):
            if isinstance(inner, ast.Return) and inner.value is not None:
                yield from _texts(inner.value, functions, module)
    elif isinstance(node, ast.Name):
        for value in _values(node.id, module):
            yield from _texts(value, functions, module)
    else:
        raise TypeError(f"line {node.lineno}: a reason that this page cannot read")


def _values(name: str, module: ast.Module) -> Iterator[ast.expr]:
    """Yield what a module assigns to a name."""
    for node in ast.walk(module):
        targets = [node.target] if isinstance(node, ast.NamedExpr) else getattr(node, "targets", ())
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield node.value  # type: ignore[attr-defined]
