"""A piece of Jinja's expression language, and when it needs parentheses."""

from __future__ import annotations

from dataclasses import dataclass

# How tightly an expression holds together in Jinja, whose ~ binds more than + and less than *.
FILTER, ADD, CONCAT, MULTIPLY, SIGN, ATOM = range(6)


@dataclass(frozen=True, slots=True)
class Code:
    """An expression and how tightly it holds together."""

    text: str
    level: int = ATOM

    def at(self, level: int) -> str:
        """Return the expression for a place that asks for at least this level."""
        return self.text if self.level >= level else f"({self.text})"


def concatenated(codes: list[Code]) -> Code:
    """Return the texts of some expressions, at least one, as one expression."""
    if len(codes) == 1:
        return codes[0]
    return Code(" ~ ".join(code.at(CONCAT) for code in codes), CONCAT)
