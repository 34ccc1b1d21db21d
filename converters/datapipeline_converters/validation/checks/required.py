"""Checks whether each object has what its type needs, inherited fields included."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import GroupSpec, TypeSpec, groups
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.validation.confusions import did_you_mean
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

# What AWS alone needs: who the work runs as and which driver a database takes are for connections to say.
_FOR_AWS = frozenset({"role", "resourceRole", "jdbcDriverClass"})


def check_required(subject: Subject) -> Iterator[Finding]:
    """Yield what is missing, and what excludes each other."""
    for item, spec in subject.typed:
        for key, field in spec.fields.items():
            if field.required == "always" and not subject.has(item, key):
                rule = "missing-aws-field" if key in _FOR_AWS else "missing-field"
                text = f"is missing: {spec.name} needs it.{_misspelt(item, spec, key)}"
                yield subject.at(rule, item.id, key, text)
        for name in dict.fromkeys(field.group for field in spec.fields.values() if field.group):
            yield from _group(subject, item, spec, groups()[name])
        if spec.name == "HiveActivity" and subject.word(item, "stage") != "false":
            for key in ("input", "output"):
                if not subject.has(item, key):
                    text = "is missing: HiveActivity needs it, unless `stage` is false."
                    yield subject.at("staging-needs-nodes", item.id, key, text)


def _group(subject: Subject, item: EffectiveObject, spec: TypeSpec, group: GroupSpec) -> Iterator[Finding]:
    members = [key for key in group.members if key in spec.fields]
    given = [key for key in members if subject.has(item, key)]
    if not given:
        *others, last = members
        beside = ", ".join(others)
        text = (
            f"is missing, and so is {beside}: {spec.name} needs one of them.{_misspelt(item, spec, *members)}"
        )
        # Where it only says where data would be, nothing reads or writes it.
        idle = group.name == "path" and item.id not in subject.used
        yield subject.at("idle-node-path" if idle else "missing-one-of", item.id, last, text)
    elif len(given) > 1 and not group.several:
        first, *others = given
        text = f"is given together with {', '.join(others)}; {spec.name} takes one of them."
        yield subject.at("conflicting-fields", item.fields[first].owner, first, text)
    elif len(given) > 1 and len({item.fields[key].owner for key in given}) == 1:
        text = "has no effect: runsOn is given too, and wins."
        yield subject.at("unused-worker-group", item.fields["workerGroup"].owner, "workerGroup", text)


def _misspelt(item: EffectiveObject, spec: TypeSpec, *wanted: str) -> str:
    """Return a sentence for a field that the type does not have, and that is spelled nearly like one that is missing."""
    for name in item.fields:
        if name not in spec.fields and (hint := did_you_mean(name, wanted, cutoff=0.8)):
            return f" It has {name!r}; {hint}"
    return ""
