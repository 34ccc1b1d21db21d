"""Checks whether the parameters are declared as they should be, and each has a use and a value."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import parameter_attributes
from datapipeline_converters.definition import Parameter
from datapipeline_converters.parameters import TYPES
from datapipeline_converters.validation.confusions import did_you_mean, with_hint
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject


def check_parameters(subject: Subject) -> Iterator[Finding]:
    """Yield what is odd about the parameters, what their values break aside."""
    read = [text for _, _, text in subject.texts if "#{" in text]
    for name, parameter in subject.definition.parameters.items():
        used = any(name in text for text in read)
        for rule, text in _faults(subject, name, parameter, used=used):
            yield subject.at(rule, "", f"parameter {name!r}", text)
    for written in subject.definition.values:
        name = written.removeprefix("*")
        if name in subject.definition.parameters:
            continue
        hint = did_you_mean(name, subject.definition.parameters, cutoff=0.8)
        use = "" if any(name in text for text in read) else ", and nothing names it"
        text = with_hint(f"has a value and is not declared among the parameters{use}", hint)
        yield subject.at("undeclared-parameter", "", f"parameter {name!r}", text)


def _faults(subject: Subject, name: str, parameter: Parameter, *, used: bool) -> Iterator[tuple[str, str]]:
    """Yield what is odd about one parameter, as rule and text."""
    if not name.startswith("my"):
        yield "parameter-name", "does not begin with my, as the guide asks for."
    if parameter.kind.lower() not in TYPES:
        yield "parameter-type", f"{parameter.kind!r} is no type of parameters; it is taken for String."
    for key in parameter.attributes:
        if key not in parameter_attributes() and not key.startswith("my"):
            hint = did_you_mean(key, parameter_attributes())
            yield "unknown-attribute", with_hint(f"parameters have no attribute {key!r}", hint)
    if not used:
        yield "unused-parameter", "nothing names it: its value has no effect."
    elif not parameter.optional and not any(values := subject.model.parameters.values(name) or ()):
        empty = "its value is empty" if values else "has no value"
        yield "missing-parameter-value", f"is required and {empty}."
