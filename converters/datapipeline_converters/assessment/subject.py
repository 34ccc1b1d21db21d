"""One definition as the questions see it: its objects in effect, and its texts as far as they are known before any run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.expressions import Call, ExpressionError, Parameter, Template, Text, digits_of
from datapipeline_converters.inheritance import DEFAULT_ID, EffectiveObject
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.passwords import masked
from datapipeline_converters.planning.components import Components

# What stands in a text for what only a run knows, or nobody may see.
GAP = "\N{HORIZONTAL ELLIPSIS}"
# What stands, beside `GAP`, for digits that a date pattern writes. No file has this character.
DIGITS = "\ue000"
# From so many objects a text that names `node` is read.
_MOST_REFERRERS = 100


@dataclass(frozen=True)
class Known:
    """A text as far as it is known before any run; secrets are not.

    :param text: with `GAP` for each part that is not known
    :param shape: the same, with `DIGITS` where all that is known of a part is that it is digits
    """

    text: str
    shape: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of it is known."""
        return GAP not in self.text


class Subject:
    """One definition, with inheritance and values applied.

    :param definition: what was read
    :param options: gives the values of parameters
    """

    def __init__(self, definition: Definition, options: Options) -> None:
        self.model = model_of(definition, options)
        self.components = Components(self.model)

    def objects(self, *types: str) -> Iterator[EffectiveObject]:
        """Yield the objects of some types, or of every type, in the order of the definition; templates are none."""
        for item in self.model.objects.values():
            if item.type is not None and item.id != DEFAULT_ID and (not types or item.type in types):
                yield item

    def texts(self, item: EffectiveObject, *fields: str) -> Iterator[tuple[str, Known]]:
        """Yield the texts of some fields of an object, own or inherited, each with its field."""
        for field in fields:
            if field not in item.fields:
                continue
            for value in item.fields[field].values:
                if isinstance(value, str):
                    for referrers in self._seen_from(item, value):
                        yield field, self._known(item, field, value, referrers)

    def text(self, item: EffectiveObject, field: str) -> Known | None:
        """Return the first text of a field, None where it has none."""
        return next((known for _, known in self.texts(item, field)), None)

    def referred(self, item: EffectiveObject, field: str) -> Iterator[EffectiveObject]:
        """Yield the objects that a field refers to, those that exist."""
        for ref in item.refs(field):
            if ref.id in self.model.objects:
                yield self.model.objects[ref.id]

    def is_referred_to(self, object_id: str, field: str) -> bool:
        """Tell whether any object refers to one in a field."""
        return any(key == field for _, key in self._references.get(object_id, ()))

    def _seen_from(self, item: EffectiveObject, value: str) -> Iterator[tuple[str, ...]]:
        """Yield what `node` may mean in a text: each object that refers to this one; nothing where it is not named."""
        referrers = dict.fromkeys(source for source, _ in self._references.get(item.id, ()))
        if "node." not in value or not referrers:
            yield ()
        else:
            yield from ((referrer,) for referrer in islice(referrers, _MOST_REFERRERS))

    @cached_property
    def _references(self) -> dict[str, list[tuple[str, str]]]:
        """Who refers to an object, and in which field, by the object's id."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for item in self.objects():
            for field in item.fields:
                for ref in item.refs(field):
                    found[ref.id].append((item.id, field))
        return found

    def _known(self, item: EffectiveObject, field: str, value: str, referrers: tuple[str, ...]) -> Known:
        if "#{" not in value:
            return Known(masked(value))
        try:
            template = self.components.reader(item.id, *referrers).text(field, value).template
        except (ConversionError, RecursionError):
            return Known(masked(value.partition("#{")[0]) + GAP)
        return Known(masked(self._filled(template)), masked(self._filled(template, printed=_printed)))

    def _filled(self, template: Template, printed: Callable[[Call], str] = lambda _: GAP) -> str:
        """Return a template's text as far as it is known.

        :param printed: gives what a date looks like
        """
        parts = []
        for part in template.parts:
            if isinstance(part, str):
                parts.append(part)
            elif isinstance(part, Text):
                parts.append(part.value)
            elif isinstance(part, Parameter):
                values = self.model.parameters.values(part.name) or ()
                parts.append(",".join(values) if values else GAP)
            elif isinstance(part, Call) and part.function == "format":
                parts.append(printed(part))
            else:
                parts.append(GAP)
        return "".join(parts)


def _printed(call: Call) -> str:
    """Return what a date pattern prints, as far as it is known."""
    pattern = call.arguments[-1]
    try:
        return digits_of(pattern.value, DIGITS, GAP) if isinstance(pattern, Text) else GAP
    except ExpressionError:
        return GAP
