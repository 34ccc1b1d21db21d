"""Whatever names what in a definition: scope, reference evaluator and Airflow make of it what a plain reading does.

The plain reading is in this file and knows nothing of the converter: it looks names up in the definition itself, by the
rules of dp-pipeline-expressions and dp-writing-pipeline-definition.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from datapipeline_converters.expressions import (
    ExpressionError,
    Facts,
    Parameter,
    Template,
    evaluate,
    write_jinja,
)
from datapipeline_converters.model import Model
from hypothesis import event, given, note
from hypothesis import strategies as st

from tests.converters.expressions.definitions import bound, model
from tests.converters.expressions.rendering import SCHEDULED, context, render, runtime_facts
from tests.converters.expressions.test_agreement import cases

START, END = datetime(2024, 2, 29, 6, tzinfo=UTC), datetime(2024, 3, 1, 6, tzinfo=UTC)
IDS = ("A", "B", "C", "D")
FIELDS = ("myP", "myQ", "name")
PATHS = [
    *("myP", "myQ", "name", "id", "myS", "myT", "myN", "myL", "input"),
    *("@scheduledStartTime", "@id", "parent.@id", "input.myP", "input.myQ", "input.id", "input.input.name"),
    *("node.myP", "node.id", "node.@scheduledStartTime", "node.input.myQ", "input.nothing"),
]
NAMES = [f"#{{{path}}}" for path in PATHS]

texts = st.one_of(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from([*NAMES, "a", "/", " ", "${x}"]), max_size=3).map("".join),
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Sales", "Orders"]),
        "myP": st.one_of(texts, st.lists(texts, min_size=1, max_size=2)),
        "myQ": st.one_of(texts, st.lists(texts, min_size=1, max_size=2)),
        "parent": st.sampled_from(IDS),
        "input": st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True),
    },
)
parameters = st.fixed_dictionaries(
    {
        "myS": st.sampled_from(["s", "s 2", "<#{name}>", "#{myP}"]),
        "myT": st.sampled_from(["", "t"]),  # "" stands for none: it is optional
        "myN": st.sampled_from(["0", "7", "-12"]),
        "myL": st.lists(st.sampled_from(["x", "y z"]), min_size=1, max_size=2),
    }
)
DECLARED = [
    {"id": "myS"},
    {"id": "myT", "optional": "true"},
    {"id": "myN", "type": "Integer"},
    {"id": "myL", "isArray": "true"},
]


class CircleError(Exception):
    """Something is made of itself."""


class Reading:
    """The plain reading of a definition.

    :param objects: by id, references as lists of ids
    :param parameters: values by name
    """

    def __init__(self, objects: dict[str, dict[str, Any]], parameters: dict[str, Any]) -> None:
        self.objects, self.parameters = objects, parameters

    def field(self, owner: str, key: str) -> Any:
        """Return a field in effect: its own, its parent's, and so on, Default's in the end."""
        item: str | None = owner
        for _ in range(len(self.objects) + 2):
            fields = self.objects.get(item or "", {})
            if key in fields and (key != "name" or item == owner):
                return fields[key]
            item = fields.get("parent") or (None if item == "Default" else "Default")
        return None

    def values(
        self, owner: str, text: str, node: str, trail: tuple[Any, ...], *, hopped: bool = False
    ) -> list[str]:
        """Return what a text is worth: one text, or those of the list that its only expression is."""
        if whole := re.fullmatch(r"#\{([^}]*)\}", text):
            return self.named(owner, whole[1], node, trail, hopped=hopped)
        return [
            re.sub(r"#\{([^}]*)\}", lambda match: ",".join(self.named(owner, match[1], node, trail)), text)
        ]

    def named(
        self,
        owner: str,
        path: str,
        node: str,
        trail: tuple[Any, ...],
        *,
        hopped: bool = False,
        whole: str = "",
    ) -> list[str]:
        """Return what a name is worth in an object."""
        head, _, rest = path.partition(".")
        unknown = [f"#{{{whole or path}}}"]
        if head == "node":
            return self.named(node, rest, "", trail, hopped=True, whole=whole or path) if node else unknown
        if path == "parent.@id":
            return [owner]
        if rest:
            targets = self.field(owner, head) or []
            found = [
                self.named(target, rest, "", trail, hopped=True, whole=whole or path) for target in targets
            ]
            return [value for values in found for value in values] if targets else unknown
        if head.startswith("@"):
            moment = START.strftime("%Y-%m-%dT%H:%M:%S")
            return [moment if head == "@scheduledStartTime" else f"@{owner}_{moment}"]
        if head in {"name", "id"}:
            return [self.objects[owner].get("name", owner) if head == "name" else owner]
        value = self.field(owner, head)
        if value is not None:
            return self.of_field(owner, head, value, node, trail)
        if hopped or head not in self.parameters:
            return unknown
        given = self.parameters[head]
        if ("", head, owner, node) in trail:
            raise CircleError
        texts = given if isinstance(given, list) else [given]
        return [
            one for text in texts for one in self.values(owner, text, node, (*trail, ("", head, owner, node)))
        ]

    def of_field(self, owner: str, key: str, value: Any, node: str, trail: tuple[Any, ...]) -> list[str]:
        """Return what a field is worth; a value that is nothing but a parameter without value is none."""
        if key == "input":
            return list(value)
        if (owner, key, node) in trail:
            raise CircleError
        texts = [
            text
            for text in ([value] if isinstance(value, str) else value)
            if not self.absent(owner, text, ())
        ]
        return [one for text in texts for one in self.values(owner, text, node, (*trail, (owner, key, node)))]

    def absent(self, owner: str, text: str, seen: tuple[str, ...]) -> bool:
        """Tell whether a text is nothing but an optional parameter that has no value; blanks around it do not count."""
        whole = re.fullmatch(r"#\{(\w+)\}", text.strip())
        if not whole or whole[1] in seen:
            return False
        name = whole[1]
        value = self.field(owner, name)
        if value is None:
            value = self.parameters.get(name, "x")
            if value == "":
                return True
        texts = [value] if isinstance(value, str) else value
        return name not in {"name", "input"} and all(
            self.absent(owner, each, (*seen, name)) for each in texts
        )


@cases(0.1)
@given(
    st.fixed_dictionaries(dict.fromkeys((*IDS, "Default"), fields)),
    parameters,
    texts,
    st.sampled_from(IDS),
)
def test_names_mean_what_a_plain_reading_says(
    drawn: dict[str, dict[str, Any]], values: dict[str, Any], text: str, referrer: str
) -> None:
    objects = {name: dict(item) for name, item in drawn.items()}
    for position, name in enumerate(IDS):  # parents stand further on, so that there is no circle among them
        if objects[name].get("parent", "") <= name or position == len(IDS) - 1:
            objects[name].pop("parent", None)
    objects["Default"].pop("parent", None)
    objects["Default"].pop("name", None)
    # A name that nothing declares is a parameter without value: no evaluator has a text for it.
    objects["Default"] = {"myP": "p", "myQ": "q", "input": ["A"], **objects["Default"]}
    for name, item in objects.items():
        note(f"{name}: {item}")
    note(f"parameters: {values}\ntext of A, to which {referrer} refers: {text!r}")
    reading = Reading(objects, values)
    try:
        expected = reading.values("A", text, referrer, ())
    except CircleError:
        event("a circle")
        expected = None
    written = [
        {
            "id": name,
            **{
                key: [{"ref": target} for target in value]
                if key == "input"
                else {"ref": value}
                if key == "parent"
                else value
                for key, value in item.items()
            },
        }
        for name, item in objects.items()
    ]
    given_values = {name: value for name, value in values.items() if value != ""}
    found = model(*written, parameters=DECLARED, values=given_values)
    facts = {**given_values, "myN": int(values["myN"])}
    for late in (True, False):
        template = _bound(found, text, referrer, late=late)
        if template is None or expected is None:
            assert template == expected
            continue
        value = evaluate(template, Facts(runtime_facts(START, END), facts))
        assert ([value] if isinstance(value, str) else list(value)) == expected
        if late:
            event("in Airflow")
            assert _rendered(template, facts) == expected


def _bound(found: Model, text: str, referrer: str, *, late: bool) -> Template | None:
    """Return a text of A, bound; None where it is made of itself."""
    try:
        return bound(found, "A", text, referrer, late=late)
    except ExpressionError as error:
        if "refers to itself" not in error.problem:
            raise
        return None


def _rendered(template: Template, params: dict[str, Any]) -> list[str]:
    names = context(START, END, params)
    written = write_jinja(template, SCHEDULED)
    if written.text is not None:
        return [render(written.text, names)]
    return [
        text
        for item in written.items or ()
        for text in (params[item.name] if isinstance(item, Parameter) else [render(item, names)])
    ]
