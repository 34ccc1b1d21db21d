"""What our operators share: data nodes of their own, and lists of arguments made flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, ClassVar

from datapipeline_provider._compat import BaseOperator

if TYPE_CHECKING:
    from jinja2 import Environment

    from datapipeline_provider._compat import Context


class DataNodeOperator(BaseOperator):
    """An operator with data nodes among its templated fields, named by `node_fields`."""

    node_fields: ClassVar[tuple[str, ...]] = ()

    def render_template_fields(self, context: Context, jinja_env: Environment | None = None) -> None:
        """Render copies of the data nodes: rendering changes them in place, and tasks may share a node."""
        for name in self.node_fields:
            setattr(self, name, deepcopy(getattr(self, name)))
        super().render_template_fields(context, jinja_env)


def flat(values: object) -> Iterator[str]:
    """Yield the single values of lists in lists, without None, as text."""
    if isinstance(values, Iterable) and not isinstance(values, str | bytes):
        for value in values:
            yield from flat(value)
    elif values is not None:
        yield str(values)


def once(*fields: Iterable[str]) -> tuple[str, ...]:
    """Return the names of fields of several classes, each once: what is named twice would be rendered twice."""
    return tuple(dict.fromkeys(name for each in fields for name in each))
