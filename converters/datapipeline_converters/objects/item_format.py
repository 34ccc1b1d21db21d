"""What the formats share by which Hive sees items of DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_converters.ledger import exact, not_needed
from datapipeline_converters.objects.columns import columns_of
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.plan import Call


@dataclass(frozen=True, kw_only=True)
class ItemFormat(Component):
    """Columns of items, which a script reads."""

    path: ClassVar[str]
    """The provider's format."""
    verdicts = {
        "column": not_needed("only scripts of Hive on a cluster read its columns"),
        "parent": exact("the parent's fields are applied"),
    }

    def as_staged_format(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's format."""
        context.realise(self)
        found = columns_of(self, context) if columns else ()
        return Call(self.path, {"columns": found} if found else {})
