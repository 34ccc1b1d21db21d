"""Knows the instances of a resource or a module: one, as many as `count` says, or one for each element of `for_each`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datapipeline_converters.carriers.terraform.evaluate import Evaluator, Reference
from datapipeline_converters.carriers.terraform.functions import FailedError, Value, elements, text_of
from datapipeline_converters.carriers.terraform.holes import has_hole, without_texts
from datapipeline_converters.carriers.terraform.syntax import Block, Node, words
from datapipeline_converters.definition import Repair


def instances(block: Block, evaluator: Evaluator) -> Iterator[tuple[Value, Evaluator, tuple[Repair, ...]]]:
    """Yield each instance's index or key, the names that hold in it, and what to tell of it.

    :raises FailedError: when how many there are is not known
    """
    if "count" in block.attributes:
        count = evaluator.value(block.attributes["count"])
        if has_hole(count):
            told = Repair(
                "count", f"{without_texts(words(block.attributes['count']))} is not known here: read as 1"
            )
            yield 0, evaluator.within(count={"index": 0}), (told,)
            return
        for index in range(int(text_of(count))):
            yield index, evaluator.within(count={"index": index}), ()
        return
    if "for_each" not in block.attributes:
        yield None, evaluator, ()
        return
    for key, value in each(block.attributes["for_each"], evaluator):
        yield key, evaluator.within(each={"key": key, "value": value}), ()


def each(node: Node, evaluator: Evaluator) -> list[tuple[Value, Value]]:
    """Return the keys and values that `for_each` goes through.

    :raises FailedError: when they are not known
    """
    value = evaluator.value(node)
    if has_hole(value) and not isinstance(value, list | dict):
        raise FailedError(f"the elements of {without_texts(words(node))} are not known here")
    if isinstance(value, Reference):
        block = evaluator.folder.find("resource", *value.path)
        if block is None or "for_each" not in block.attributes:
            raise FailedError(f"for_each over {'.'.join(value.path)}, which is not one of several here")
        return [(key, replace(value, key=key)) for key, _ in each(block.attributes["for_each"], evaluator)]
    return elements(value)


def address_key(key: Value) -> str:
    """Return how an address says which instance it is of: "" where there is only one."""
    if key is None:
        return ""
    return f"[{key}]" if isinstance(key, int) else f'["{key}"]'
