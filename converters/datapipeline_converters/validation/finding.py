"""What a check finds: one fault at one place, by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datapipeline_converters.catalogue import types
from datapipeline_converters.validation.rules import RULES, Level, Rule


@dataclass(frozen=True)
class Finding:
    """One fault.

    :param rule_id: a key of `RULES`
    :param object_id: the object, "" for the definition as a whole
    :param field: its field, "" for the object as a whole; without an object, what else is concerned, a parameter say
    :param text: what is wrong and what would be right; it goes on from the place
    :param type: the object's type, "" where it has none
    """

    rule_id: str
    object_id: str
    field: str
    text: str
    type: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that it breaks."""
        return RULES[self.rule_id]

    @property
    def level(self) -> Level:
        """Whether Data Pipeline refuses it, or lets it pass."""
        return self.rule.level

    @property
    def page(self) -> str:
        """The page of the AWS Data Pipeline Developer Guide that tells more."""
        spec = types().get(self.type)
        return spec.page if spec and self.rule.about_type else self.rule.page

    @property
    def place(self) -> str:
        """Where it is, for a reader: `object.field`."""
        return ".".join(part for part in (self.object_id, self.field) if part)

    @property
    def message(self) -> str:
        """The whole sentence."""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.text}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding in its published shape."""
        return {
            "rule": self.rule_id,
            "level": str(self.level),
            "object": self.object_id,
            "type": self.type,
            "field": self.field,
            "message": self.text,
            "page": self.page,
        }
