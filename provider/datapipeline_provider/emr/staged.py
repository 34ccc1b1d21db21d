"""Which data nodes a script names, and where their data is while the cluster works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.emr import staged_names
from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode


class StagingError(EmrFailError):
    """A data node of which a script's input or output cannot be made."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"${{{name}}} cannot be staged: {problem}.")


class Staged(NamedTuple):
    """An input or output that a script names.

    :param name: `input1`
    :param directory: where its data is in S3 while the cluster works, if that is not where the node says
    """

    name: str
    node: Any
    directory: str

    @property
    def written(self) -> bool:
        """Whether it is an output."""
        return self.name.startswith("output")


def staged(
    texts: Sequence[str],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    scratch: str,
    *,
    any_case: bool = False,
) -> list[Staged]:
    """Return those inputs and outputs that texts name; StagingError for one that is no data node.

    :param scratch: `s3://bucket/.../`
    :param any_case: see `staged_names.used`
    """
    sides = {"input": inputs, "output": outputs}
    nodes = {f"{side}{n}": node for side, found in sides.items() for n, node in enumerate(found, 1)}
    names = staged_names.used(texts, nodes, any_case=any_case)
    for name in names:
        if nodes[name] is None:
            raise StagingError(name, "there is no data node for it")
    return [Staged(name, nodes[name], f"{scratch}{name}/") for name in names]


def table_names(found: Sequence[Staged], digest: str) -> Mapping[str, str]:
    """Return what tables are called, by the names that the script has for them.

    :param digest: what no other task and run has: tables of several runs may stand side by side
    """
    return {each.name: f"{each.name}_{digest}" for each in found}


def directory(node: S3DataNode) -> str:
    """Return the address of a node as that of a directory: what a cluster writes is always one."""
    bucket, key = address.split(node.address)
    return address.join(bucket, address.prefix(key))
