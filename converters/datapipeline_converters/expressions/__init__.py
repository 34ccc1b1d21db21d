"""The expression language of Data Pipeline: its grammar, its functions, its date patterns, and what writes it for Airflow.

Three steps lead from a field's text to Airflow: `parse` reads it, `bind` puts meaning in the place of names, and
`write_jinja` writes it as a Jinja template. `evaluate` is the reference: what `write_jinja` gives has to render to
exactly the same text. The language is described on dp-pipeline-expressions and dp-expressions-functions.
"""

from __future__ import annotations

from datapipeline_converters.expressions.bind import bind, constant, is_constant, leaves, names
from datapipeline_converters.expressions.calculation import calculated_with
from datapipeline_converters.expressions.checks import did_you_mean
from datapipeline_converters.expressions.errors import ExpressionError, UnsupportedExpressionError
from datapipeline_converters.expressions.evaluate import Facts, evaluate
from datapipeline_converters.expressions.jinja import Written, write_jinja
from datapipeline_converters.expressions.joda import digits_of
from datapipeline_converters.expressions.kinds import NoField, RuntimeField, RuntimeFields
from datapipeline_converters.expressions.parser import parse
from datapipeline_converters.expressions.text import read_datetime
from datapipeline_converters.expressions.tree import (
    Call,
    Items,
    Joined,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    ParameterKind,
    Runtime,
    Template,
    Text,
    Variable,
)
from datapipeline_converters.expressions.written import names_in, starred_names_in, written_names

__all__ = [
    "Call",
    "ExpressionError",
    "Facts",
    "Items",
    "Joined",
    "Name",
    "Negation",
    "NoField",
    "Node",
    "Number",
    "Operation",
    "Parameter",
    "ParameterKind",
    "Runtime",
    "RuntimeField",
    "RuntimeFields",
    "Template",
    "Text",
    "UnsupportedExpressionError",
    "Variable",
    "Written",
    "bind",
    "calculated_with",
    "constant",
    "did_you_mean",
    "digits_of",
    "evaluate",
    "is_constant",
    "leaves",
    "names",
    "names_in",
    "parse",
    "read_datetime",
    "starred_names_in",
    "write_jinja",
    "written_names",
]
