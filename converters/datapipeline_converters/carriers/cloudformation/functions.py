"""Knows CloudFormation's intrinsic functions: each takes its argument as it is written and gives its value."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from datapipeline_converters.carriers.cloudformation.conditions import Undecided
from datapipeline_converters.carriers.cloudformation.references import attribute, reference
from datapipeline_converters.carriers.cloudformation.template import PROCESSED, SERVERLESS
from datapipeline_converters.carriers.cloudformation.texts import (
    NO_VALUE,
    Hole,
    Text,
    UnknownList,
    derived,
    joined,
    text_of,
    word,
)
from datapipeline_converters.carriers.json_text import Number
from datapipeline_converters.passwords import masked

if TYPE_CHECKING:
    from datapipeline_converters.carriers.cloudformation.resolver import Resolver

# AWS takes 10,240 characters in a value; texts that are put into each other grow without end.
_LONGEST = 1_000_000
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9:._]+")
# Places of names and types: no parameter can stand there.
_EXACT = re.compile(r"\.(?:[iI]d|[kK]ey|[rR]efValue|type\.[sS]tringValue)$")
STAGING = re.compile(r"(?:IN|OUT)PUT\d+_STAGING_DIR")


def _ref(resolver: Resolver, argument: Any, place: str) -> Any:
    if not isinstance(argument, str):
        resolver.fail(place, "`Ref` names no parameter or resource", "Write Ref: NAME.")
    return reference(resolver, argument, place)


def _get_att(resolver: Resolver, argument: Any, place: str) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[0], str):
        resolver.fail(place, "`Fn::GetAtt` names no attribute", "Write Fn::GetAtt: [RESOURCE, ATTRIBUTE].")
    return attribute(resolver, parts[0], resolver.known(parts[1], place), place)


def _sub(resolver: Resolver, argument: Any, place: str) -> Any:
    written, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if isinstance(written, list) and len(written) == 1:
        written = written[0]
    if not isinstance(written, str) or not isinstance(variables, dict):
        resolver.fail(
            place, "`Fn::Sub` has no text", "Write Fn::Sub: TEXT, or Fn::Sub: [TEXT, {NAME: VALUE}]."
        )
    values = {name: resolver.value(value, f"{place}.{name}") for name, value in variables.items()}
    texts: list[Text] = []
    position = 0
    for match in _PLACEHOLDER.finditer(written):
        texts.append(Text((written[position : match.start()],)))
        texts.append(_placeholder(resolver, match, values, place))
        position = match.end()
    return _bounded(resolver, joined([*texts, Text((written[position:],))]), place)


def _placeholder(resolver: Resolver, match: re.Match[str], values: dict[str, Any], place: str) -> Text:
    name = match[1].strip()
    if name.startswith("!"):
        return Text((f"${{{match[1].lstrip()[1:]}}}",))
    if name in values:
        return resolver.text(values[name], place)
    if SERVERLESS.fullmatch(match[0]):
        return resolver.placeholder(name)
    if STAGING.fullmatch(name):
        resolver.note(place, f"{match[0]} is the shell's, so it stays; in `Fn::Sub` write ${{!{name}}}")
        return Text((match[0],))
    if not _NAME.fullmatch(name):
        resolver.problem(
            place,
            f"CloudFormation cannot read {match[0]} in `Fn::Sub`. What is the shell's is written ${{!...}}.",
        )
        return Text((match[0],))
    if "." in name and name not in resolver.template.parameters:
        logical, _, key = name.partition(".")
        return resolver.text(attribute(resolver, logical, key, place), place)
    return resolver.text(reference(resolver, name, place), place)


def _join(resolver: Resolver, argument: Any, place: str) -> Any:
    delimiter, items = _two(resolver, argument, place, "Fn::Join: [DELIMITER, [TEXT, ...]]")
    separator = resolver.known(delimiter, place)
    found = resolver.value(items, place)
    if isinstance(found, UnknownList):
        hole = found.hole
        if separator == ",":
            return Text((Hole(hole.name, hole.origin, hole.asked, hole.secret),))
        return derived([Text((hole,))], "joined", f"{hole.origin}, joined with {separator!r}", str)
    if not isinstance(found, list):
        resolver.fail(place, "`Fn::Join` has no list", "Write Fn::Join: [DELIMITER, [TEXT, ...]].")
    texts = [resolver.text(item, place) for item in found if item is not NO_VALUE]
    between = Text((separator,))
    return _bounded(resolver, joined([part for text in texts for part in (between, text)][1:]), place)


def _split(resolver: Resolver, argument: Any, place: str) -> Any:
    delimiter, source = _two(resolver, argument, place, "Fn::Split: [DELIMITER, TEXT]")
    separator = resolver.known(delimiter, place)
    if not separator:
        resolver.fail(place, "`Fn::Split` has no delimiter", "Write Fn::Split: [DELIMITER, TEXT].")
    text = resolver.text(resolver.value(source, place), place)
    made = derived([text], "part", _origin("a part of", text), lambda: str(text.known).split(separator))
    return made if isinstance(made, list) else UnknownList(made.holes[0])


def _select(resolver: Resolver, argument: Any, place: str) -> Any:
    position, items = _two(resolver, argument, place, "Fn::Select: [INDEX, LIST]")
    index = resolver.known(position, place)
    found = resolver.value(items, place)
    if not index.isascii() or not index.isdigit():
        resolver.fail(
            place, f"{index!r} is no index", "Write Fn::Select: [INDEX, LIST]; the first index is 0."
        )
    if isinstance(found, UnknownList):
        origin = f"{found.hole.origin}, item {index} counted from 0"
        return derived([Text((found.hole,))], index, origin, str)
    if not isinstance(found, list) or int(index) >= len(found):
        count = f"{len(found)} items" if isinstance(found, list) else "no list"
        resolver.fail(
            place, f"index {index} of {count}", "Correct the index, or the list; the first index is 0."
        )
    return found[int(index)]


def _base64(resolver: Resolver, argument: Any, place: str) -> Any:
    text = resolver.text(resolver.value(argument, place), place)
    return derived(
        [text],
        "base64",
        _origin("the Base64 form of", text),
        lambda: base64.b64encode(str(text.known).encode()).decode(),
    )


def _find_in_map(resolver: Resolver, argument: Any, place: str) -> Any:
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        resolver.fail(place, "`Fn::FindInMap` has not three values", "Write Fn::FindInMap: [MAP, KEY, KEY].")
    texts = [resolver.text(resolver.value(item, place), place) for item in argument[:3]]
    options = argument[3] if len(argument) == 4 and isinstance(argument[3], dict) else {}

    def find() -> Any:
        found: Any = resolver.template.mappings
        for text in texts:
            found = found.get(text.known) if isinstance(found, dict) else None
        if found is None and "DefaultValue" in options:
            return resolver.value(options["DefaultValue"], place)
        if found is None:
            path = ".".join(text.words if text.is_secret else str(text.known) for text in texts)
            resolver.fail(place, f"there is no {path} in `Mappings`", "Correct the name, or add it.")
        return resolver.value(found, place)

    if all(text.known is not None for text in texts):
        # What is found by a secret key is no secret: the template shows it.
        return find()
    # The pieces that are known say which entry it is.
    name = word("_".join(text.words for text in texts))
    asked = ", ".join(dict.fromkeys(hole.asked for text in texts for hole in text.holes))
    origin = f"`Fn::FindInMap` of {texts[0].words}, which depends on {asked}"
    return Text((Hole(name, origin, asked),))


def _if(resolver: Resolver, argument: Any, place: str) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        resolver.fail(place, "`Fn::If` has not three values", "Write Fn::If: [CONDITION, THEN, ELSE].")
    name = argument[0]
    outcome = resolver.condition(name, place)
    if not isinstance(outcome, Undecided):
        return resolver.value(argument[1 if outcome else 2], place)
    branches = [resolver.value(item, place) for item in argument[1:]]
    if branches[0] == branches[1]:
        return branches[0]
    return _either(resolver, branches, name, outcome, place)


def _either(resolver: Resolver, branches: list[Any], name: str, outcome: Undecided, place: str) -> Any:
    """Return what two branches have in common, with a hole where their texts differ.

    :param name: the condition that would decide between them
    """
    first, second = branches
    if first == second:
        return first
    asked = ", ".join(outcome.asked)
    if _same_entry(first, second):
        return {
            key: _either(resolver, [value, second[key]], name, outcome, f"{place}.{key}")
            for key, value in first.items()
        }
    if _EXACT.search(place) or not all(isinstance(branch, str | bool | Text) for branch in branches):
        held = "holds" if outcome.assumed else "does not hold"
        resolver.left[
            f"{place}: what stands there depends on the condition {name}, and {asked} is not known: converted as if it "
            f"{held}; convert again with --set {outcome.asked[0]}=..."
        ] = None
        resolver.note(place, f"the condition {name} depends on {asked}: read as if it {held}")
        return first if outcome.assumed else second
    texts = [text_of(branch) for branch in branches]
    shown = [None if text.holes else text.known for text in texts]
    choices = tuple(text for text in shown if text is not None) if None not in shown else ()
    said = masked(f": {choices[0]!r} if it holds, else {choices[1]!r}") if choices else ""
    origin = f"what the condition {name} decides, which depends on {asked}{said}"
    secret = any(text.is_secret for text in texts)
    return Text((Hole(word(f"If_{name}"), origin, asked, secret, choices=choices),))


def _same_entry(first: Any, second: Any) -> bool:
    """Tell whether two branches are the same field or object, whose values may differ."""
    if not isinstance(first, dict) or not isinstance(second, dict) or first.keys() != second.keys():
        return False
    return all(first[key] == second[key] for key in first if key.lower() in {"id", "key"})


def _to_json(resolver: Resolver, argument: Any, place: str) -> Any:
    found = resolver.value(argument, place)
    if not isinstance(found, dict | list):
        resolver.fail(place, "`Fn::ToJsonString` has no object and no list", "Write what it is to become.")
    return _bounded(resolver, joined(_json_of(found)), place)


def _json_of(value: Any) -> Iterator[Text]:
    """Yield the pieces of a value's JSON, written without spaces; a hole stays one within its quotes."""
    if isinstance(value, UnknownList):
        value = Text((value.hole,))
    if isinstance(value, dict | list):
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        yield Text((opening,))
        for number, item in enumerate(value):
            yield Text(("," if number else "",))
            if isinstance(value, dict):
                yield Text((f"{json.dumps(item, ensure_ascii=False)}:",))
                item = value[item]
            yield from _json_of(item)
        yield Text((closing,))
    elif isinstance(value, Text):
        parts = (
            json.dumps(part, ensure_ascii=False)[1:-1] if isinstance(part, str) else part
            for part in value.parts
        )
        yield Text(('"', *parts, '"'))
    elif isinstance(value, Number):
        yield Text((str(value),))
    else:
        yield Text((json.dumps(value, ensure_ascii=False, default=str),))


def _import(resolver: Resolver, argument: Any, place: str) -> Any:
    text = resolver.text(resolver.value(argument, place), place)
    export = text.words if text.known is None else text.known
    return resolver.fill(Hole(text.words, f"the export {export!r} of another stack", export), export)


def _zones(resolver: Resolver, argument: Any, place: str) -> Any:
    origin = "the availability zones (`Fn::GetAZs`)"
    found = resolver.fill(Hole("AvailabilityZones", origin, "AvailabilityZones", is_list=True))
    return [found] if isinstance(found, str) else found


def _length(resolver: Resolver, argument: Any, place: str) -> Any:
    found = resolver.value(argument, place)
    if isinstance(found, UnknownList):
        return derived([Text((found.hole,))], "length", f"the number of {found.hole.origin}", str)
    if not isinstance(found, list):
        resolver.fail(place, "`Fn::Length` has no list", "Give it a list.")
    return str(len(found))


def _cidr(resolver: Resolver, argument: Any, place: str) -> Any:
    if not isinstance(argument, list) or len(argument) not in (2, 3):
        resolver.fail(
            place, "`Fn::Cidr` has not two or three values", "Write Fn::Cidr: [BLOCK, COUNT, BITS]."
        )
    texts = [resolver.text(resolver.value(item, place), place) for item in argument]

    def cut() -> list[str]:
        block, count, *bits = (str(text.known) for text in texts)
        try:
            network = ipaddress.ip_network(block)
            wanted = network.max_prefixlen - int(bits[0] if bits else "8" if network.version == 4 else "64")
            subnets = network.subnets(new_prefix=wanted)
            return [str(subnet) for subnet, _ in zip(subnets, range(min(int(count), 256)), strict=False)]
        except ValueError as error:
            resolver.fail(place, f"`Fn::Cidr`: {error}", "Correct the block, or the numbers.")

    made = derived(texts, "cidr", _origin("a block of addresses of", texts[0]), cut)
    return made if isinstance(made, list) else UnknownList(made.holes[0])


def _transform(resolver: Resolver, argument: Any, place: str) -> Any:
    name = argument.get("Name") if isinstance(argument, dict) else None
    resolver.fail(
        place,
        f"the transform {name!r} brings in what is not in this file",
        f"Put it in here. {PROCESSED}",
    )


def _two(resolver: Resolver, argument: Any, place: str, form: str) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != 2:
        resolver.fail(
            place, f"not two values for `{form.partition(':[')[0].split(': ')[0]}`", f"Write {form}."
        )
    return list(argument)


def _origin(words: str, text: Text) -> str:
    return f"{words} {', '.join(dict.fromkeys(hole.origin for hole in text.holes))}"


def _bounded(resolver: Resolver, text: str | Text, place: str) -> str | Text:
    if len(text) > _LONGEST:
        resolver.fail(place, f"a text of more than {_LONGEST:,} characters", "AWS takes 10,240.")
    return text


FUNCTIONS: dict[str, Callable[[Resolver, Any, str], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
    "Fn::Transform": _transform,
}
