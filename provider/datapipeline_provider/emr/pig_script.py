"""Puts together the script that Pig runs: what loads the inputs, the user's own text, and what stores the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.data_formats import columns as lists
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.emr import staged_names
from datapipeline_provider.emr.staged import StagingError, directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider.data_formats.columns import Column
    from datapipeline_provider.emr.staged import Staged

TEXT = "chararray"
# Hive's types, by which formats name theirs; what is not here is a text for Pig.
TYPES = {
    "TINYINT": "int",
    "SMALLINT": "int",
    "INT": "int",
    "INTEGER": "int",
    "BIGINT": "long",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DECIMAL": "bigdecimal",
}
_IN_PATHS = set("'\\$\r\n")


def relations(found: Sequence[Staged]) -> Mapping[str, str]:
    """Return what relations are called, by the names that the script has for them."""
    return {each.name: f"staged_{each.name}" for each in found}


def script(text: str, found: Sequence[Staged]) -> str:
    """Return the whole script.

    :param text: the user's
    :raises StagingError: if something cannot be loaded or stored
    """
    if not found:
        return text
    names = relations(found)
    loads = "".join(_load(each, names[each.name]) for each in found if not each.written)
    stores = "".join(_store(each, names[each.name]) for each in found if each.written)
    own = staged_names.replaced(text, names, any_case=True)
    end = "" if own.rstrip().endswith(";") else ";\n"
    return f"{loads}\n{own}\n{end}\n{stores}"


def literal(text: str) -> str:
    r"""Write a text as a literal, in which Pig sees no parameter."""
    return "'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    numbered = f"\\u{ord(character):04X}"
    return _ESCAPES.get(character) or (character if character.isprintable() else numbered)


_ESCAPES = {"'": "\\'", "\\": "\\\\", "$": "\\u0024"}


def _load(each: Staged, relation: str) -> str:
    path, data_format = _place(each), each.node.data_format
    columns = lists.parse(data_format.columns, type(data_format).__name__)
    if not columns:
        raise StagingError(each.name, "its data format has no columns")
    if isinstance(data_format, JavaRegEx):
        return _lines(each, data_format, columns, relation, path)
    fields = ", ".join(f"{column.name}:{_type(column)}" for column in columns)
    return f"{relation} = LOAD {path} USING {_storage(each)} AS ({fields});\n"


def _lines(each: Staged, data_format: JavaRegEx, columns: Sequence[Column], relation: str, path: str) -> str:
    if not data_format.input_regex:
        raise StagingError(each.name, "its data format has no regular expression")
    # Pig's users double the backslashes, because a literal of Pig's needs it.
    regex = literal(data_format.input_regex.replace("\\\\", "\\"))
    texts = ", ".join(f"{column.name}:{TEXT}" for column in columns)
    lines = f"(LOAD {path} USING TextLoader() AS (line:{TEXT}))"
    found = f"{relation} = FOREACH {lines} GENERATE FLATTEN(REGEX_EXTRACT_ALL(line, {regex})) AS ({texts});\n"
    types = {column.name: _type(column) for column in columns}
    if set(types.values()) == {TEXT}:
        return found
    cast = ", ".join(f"({kind}){name} AS {name}" for name, kind in types.items())
    return f"{found}{relation} = FOREACH {relation} GENERATE {cast};\n"


def _store(each: Staged, relation: str) -> str:
    return f"STORE {relation} INTO {_place(each)} USING {_storage(each)};\n"


def _place(each: Staged) -> str:
    """Write a path: what Pig makes of special characters in one is not what it makes of them in a literal."""
    if not isinstance(each.node, S3DataNode):
        raise StagingError(each.name, f"Pig has no relation of {type(each.node).__name__}")
    uri = directory(each.node) if each.written else each.node.address
    if found := sorted(_IN_PATHS & set(uri)):
        raise StagingError(each.name, f"its path {uri!r} has {found[0]!r}, which Pig cannot read there")
    return f"'{uri}'"


def _storage(each: Staged) -> str:
    data_format: Any = each.node.data_format
    if not isinstance(data_format, CSV | TSV):
        what = "written" if each.written else "read"
        raise StagingError(each.name, f"{type(data_format).__name__} cannot be {what} by Pig")
    if data_format.record_separator != "\n":
        raise StagingError(
            each.name, f"Pig reads lines, and its records end with {data_format.record_separator!r}"
        )
    return f"PigStorage({literal(data_format.column_separator)})"


def _type(column: Column) -> str:
    return TYPES.get(column.type.partition("(")[0].strip(), TEXT)
