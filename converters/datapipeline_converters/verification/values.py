"""Makes up values for parameters and Variables: every kind of text that could trip over Jinja, Python or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datapipeline_converters.plan import Param

_TEXTS = (
    'it\'s "quoted" {{ x }} {% y %} {# z #}',
    "7",
    "one\ntwo\r\n\tthree\n",
    "2024-02-29T12:34:56",
    "é 日 🙂 \\n \\\\ %d %Y #{a} ${b} $1 `c`",
    " </script> <b> & ' ",
)
_NUMBERS: Mapping[str, Sequence[int | float]] = {
    "integer": (7, 0, -3, 1_234_567_890_123, 1),
    "number": (2.5, -0.125, 3, 1e21, 0.0001),
}
_LENGTHS = (2, 1, 0, 3)  # of lists
# When optional parameters have no value, one after the other: every third time and so on. A text that fails without one of
# them must not hide what another makes of it.
_WITHOUT = [(every, first) for every in (3, 4, 5) for first in reversed(range(every))]


def text(name: str, number: int) -> str:
    """Return a made-up text, the number-th for this name.

    What could be read as a number or a date is left alone; the others show whose value they are.
    """
    made_up = _TEXTS[number % len(_TEXTS)]
    return made_up if made_up[0].isdigit() else f"{name}{made_up}"


def held(param: Param) -> Any:
    """Return the value that holds unless the user gives another: texts as they were written; None for no value."""
    if param.values is None:
        return None
    return list(param.values) if param.declared.is_array else param.values[0]


def given(params: Mapping[str, Param], number: int) -> dict[str, Any]:
    """Return the values that the user gives when a run is triggered, the number-th choice.

    Every other choice leaves all values as they are, except where there are none.
    """
    optional = [name for name, param in params.items() if param.declared.optional]
    turns = {name: _WITHOUT[position % len(_WITHOUT)] for position, name in enumerate(optional)}
    return {
        name: _made_up(name, param, number // 2, turns.get(name))
        for name, param in params.items()
        if _takes_others(param) and (number % 2 or (param.values is None and not param.declared.optional))
    }


def _takes_others(param: Param) -> bool:
    """Tell whether other values are certain to fit: where a number is not spelled plainly, the form takes texts."""
    return param.kind != "text" or param.declared.kind.lower() not in {"integer", "double"}


def _made_up(name: str, param: Param, number: int, without: tuple[int, int] | None) -> Any:
    if without and number % without[0] == without[1]:
        return None
    if not param.declared.is_array:
        return _one(name, param, number)
    length = _LENGTHS[number % len(_LENGTHS)]
    return [_one(name, param, number + index) for index in range(length)]


def _one(name: str, param: Param, number: int) -> Any:
    numbers, allowed = _NUMBERS.get(param.kind), param.declared.allowed_values
    if allowed:
        value = allowed[number % len(allowed)]
        return value if numbers is None else _number(value)
    return text(name, number) if numbers is None else numbers[number % len(numbers)]


def _number(value: str) -> int | float:
    try:
        return int(value)
    except ValueError:
        return float(value)
