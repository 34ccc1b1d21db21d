"""How lists multiply: what is done to a list is done to each of its elements."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeVar

from datapipeline_converters.expressions.errors import ExpressionError

T = TypeVar("T")

MAX_ELEMENTS = 10_000  # a definition is not trusted to stay within memory


def combinations(choices: Sequence[Sequence[T]]) -> list[tuple[T, ...]]:
    """Return every way to take one of each, the last varying fastest. [undocumented] for more than one list.

    :raises ExpressionError: when there are too many
    """
    if math.prod(map(len, choices)) > MAX_ELEMENTS:
        raise ExpressionError(f"the lists multiply to more than {MAX_ELEMENTS} elements")
    return list(itertools.product(*choices))
