"""What the formats of separated columns share: which characters can separate."""

from __future__ import annotations

from datapipeline_converters import refusals
from datapipeline_converters.objects.component import CannotConvertError


def check_separators(owner: str, characters: dict[str, str]) -> None:
    """Refuse what no reader could take apart: each has to be one character, and different from the others.

    :param owner: the format, for the user
    :param characters: by the field that says them
    """
    for field, text in characters.items():
        if len(text) != 1:
            raise CannotConvertError(refusals.ONE_CHARACTER, owner=owner, field=field, text=text)
    if len(set(characters.values())) < len(characters):
        raise CannotConvertError(refusals.DIFFERENT_CHARACTERS, owner=owner, fields=", ".join(characters))


def check_lines(owner: str, record_separator: str) -> None:
    """Refuse records that are not lines: Hive and Pig read nothing else.

    :param owner: as above
    """
    if record_separator != "\n":
        raise CannotConvertError(refusals.NO_LINES, owner=owner, text=record_separator)
