"""What the formats of separated columns share: which characters can separate."""

from __future__ import annotations

from datapipeline_converters.objects.component import CannotConvertError


def check_separators(owner: str, characters: dict[str, str]) -> None:
    """Refuse what no reader could take apart: each has to be one character, and different from the others.

    :param owner: the format, for the user
    :param characters: by the field that says them
    """
    for field, text in characters.items():
        if len(text) != 1:
            raise CannotConvertError(f"{owner}: {field} is {text!r}; it has to be one character.")
    if len(set(characters.values())) < len(characters):
        raise CannotConvertError(f"{owner}: {', '.join(characters)} have to be different characters.")
