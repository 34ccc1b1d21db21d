"""Decides a template's conditions, as far as the values they compare are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from datapipeline_converters.carriers.cloudformation.texts import Text, UnknownList, text_of

if TYPE_CHECKING:
    from datapipeline_converters.carriers.cloudformation.resolver import Resolver


@dataclass(frozen=True)
class Undecided:
    """A condition that depends on values the template does not have.

    :param asked: their names
    :param assumed: what it is where one of two branches has to be taken: the first value that a condition compares with
    """

    asked: tuple[str, ...]
    assumed: bool = True


Outcome: TypeAlias = bool | Undecided


def decide(resolver: Resolver, node: Any, place: str) -> Outcome:
    """Return whether an expression of conditions holds.

    :raises UnreadableError: when it is none
    """
    if not isinstance(node, dict) or len(node) != 1:
        resolver.fail(
            place, "no condition", "A condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition."
        )
    [(name, argument)] = node.items()
    if name == "Condition":
        return resolver.condition(argument, place)
    if name not in _FUNCTIONS:
        resolver.fail(
            place, f"{name!r} is no function of conditions", "There are Fn::Equals, Fn::And, Fn::Or, Fn::Not."
        )
    if not isinstance(argument, list):
        resolver.fail(f"{place}.{name}", "no list", f"Write {name}: [..., ...].")
    return _FUNCTIONS[name](resolver, argument, f"{place}.{name}")


def _equals(resolver: Resolver, argument: list[Any], place: str) -> Outcome:
    if len(argument) != 2:
        resolver.fail(place, f"{len(argument)} values", "Two values are compared.")
    first, second = (_comparable(resolver, item, place) for item in argument)
    if first == second:
        return True
    known = [item.known if isinstance(item, Text) else item for item in (first, second)]
    if None not in known:
        return bool(known[0] == known[1])
    asked = [hole.asked for item in (first, second) if isinstance(item, Text) for hole in item.holes]
    return Undecided(tuple(dict.fromkeys(asked)), _assumed(resolver, first, second))


def _assumed(resolver: Resolver, first: Any, second: Any) -> bool:
    """Return whether two values are taken to be equal; a value that is not known is one thing everywhere."""
    for open_one, other in ((first, second), (second, first)):
        if isinstance(open_one, Text) and len(open_one.holes) == len(open_one.parts) == 1:
            known = other.known if isinstance(other, Text) else None
            if known is not None:
                return resolver.assumed.setdefault(open_one.holes[0].origin, known) == known
    return True


def _comparable(resolver: Resolver, node: Any, place: str) -> Any:
    value = resolver.value(node, place)
    if isinstance(value, UnknownList):
        return Text((value.hole,))
    return text_of(value) if isinstance(value, str | bool | Text) else value


def _and(resolver: Resolver, argument: list[Any], place: str) -> Outcome:
    return _all(decide(resolver, item, place) for item in argument)


def _or(resolver: Resolver, argument: list[Any], place: str) -> Outcome:
    return _opposite(_all(_opposite(decide(resolver, item, place)) for item in argument))


def _not(resolver: Resolver, argument: list[Any], place: str) -> Outcome:
    if len(argument) != 1:
        resolver.fail(place, f"{len(argument)} conditions", "Fn::Not has one.")
    return _opposite(decide(resolver, argument[0], place))


def _all(outcomes: Any) -> Outcome:
    found = list(outcomes)
    if False in found:
        return False
    asked = [name for outcome in found if isinstance(outcome, Undecided) for name in outcome.asked]
    holds = all(outcome.assumed for outcome in found if isinstance(outcome, Undecided))
    return Undecided(tuple(dict.fromkeys(asked)), holds) if asked else True


def _opposite(outcome: Outcome) -> Outcome:
    return replace(outcome, assumed=not outcome.assumed) if isinstance(outcome, Undecided) else not outcome


_FUNCTIONS: dict[str, Callable[[Resolver, list[Any], str], Outcome]] = {
    "Fn::Equals": _equals,
    "Fn::And": _and,
    "Fn::Or": _or,
    "Fn::Not": _not,
}
