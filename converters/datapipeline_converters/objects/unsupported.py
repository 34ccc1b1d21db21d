"""Types without a file of their own: what kind of thing each is, so that a task can fail in its place and say why."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition

_KINDS: Mapping[type[Component], str] = {
    Activity: "EmrActivity HadoopActivity HiveActivity HiveCopyActivity PigActivity RedshiftCopyActivity",
    Precondition: "DynamoDBDataExists DynamoDBTableExists Exists ShellCommandPrecondition",
    DataNode: "DynamoDBDataNode RedshiftDataNode",
    Component: """Custom DynamoDBDataFormat DynamoDBExportDataFormat EbsBlockDeviceConfig EbsConfiguration EmrCluster
    EmrConfiguration HttpProxy Property RedshiftDatabase RegEx ShellScriptConfig Terminate VolumeSpecification""",
}
_KIND_OF = {name: cls for cls, names in _KINDS.items() for name in names.split()}


def stand_in(name: str) -> tuple[type[Component], str]:
    """Return what stands for a type that has no class, and why nothing can be made of it.

    A type that Data Pipeline does not know is taken for work to do, so that its loss is seen.
    """
    if name in _KIND_OF:
        return _KIND_OF[name], f"{name} is not supported yet."
    return Activity, f"{name!r} is no type of Data Pipeline that we know."


def base_of(cls: type[Component]) -> type[Component]:
    """Return what stands for a type whose object is faulty."""
    return next(base for base in (Activity, Precondition, DataNode, Component) if issubclass(cls, base))


def unsupported() -> Collection[str]:
    """Return the names of Data Pipeline's types that have no class yet."""
    return _KIND_OF.keys()
