"""Says how many of something there are."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with the word that fits it: `1 run`, `2 runs`.

    :param several: the word for more than one, or none; "" for one with an s
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
