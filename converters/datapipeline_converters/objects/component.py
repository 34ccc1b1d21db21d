"""What every type has in common: identity, a table of verdicts on its fields, and capabilities others may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict
from datapipeline_converters.objects.surroundings import Surrounding
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Call, Connection


class CannotConvertError(Exception):
    """Raised by an object that cannot do what is asked of it; the task that asked becomes one that fails.

    :param reason: why, in a sentence for the user
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Context(Protocol):
    """What an object may ask while it is planned."""

    def get(self, ref: Ref) -> Component:
        """Return the object that a reference means."""

    def realise(self, component: Component, left_out: Mapping[str, Verdict] = MappingProxyType({})) -> None:
        """Take note that something in a DAG is made of an object: its fields have an effect.

        :param left_out: the fields that have none, with the verdict on each
        """

    def connection_id(self, object_id: str) -> str:
        """Return the id of the connection that an object has or would have."""

    def note(self, object_id: str, field: str, verdict: Verdict) -> None:
        """Note a verdict on a field, beyond what the type's table says."""

    def constants(self, component: Component, field: str) -> tuple[str, ...]:
        """Return a field's values, none where a value is not known before a run."""

    def chosen(self, component: Component, *names: str) -> Mapping[str, bool | int | str]:
        """Return what the user chose for an object, of the choices that matter now; see `choices`."""

    def add_connection(self, connection: Connection, hints: tuple[str, ...] = ()) -> str:
        """Plan a connection, with hints on what the user has to fill in or check; return its id."""

    def fixed_beginning(self, component: Component, field: str) -> tuple[str, bool]:
        """Return what a text field starts with before anything that only a run knows, and whether that is all of it."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """An object of a definition, inherited fields included.

    A subclass in a file of its own is one Data Pipeline type: attributes are the fields (`filePath` is `file_path`,
    `*password` is `password`), annotations say how a field is read, `verdicts` says what becomes of it.

    :param trouble: why nothing can be made of this object; every capability then refuses with it
    """

    id: str
    name: str
    type: str
    trouble: str = ""

    page: ClassVar[str] = ""
    awaits: ClassVar[str] = ""
    """What the type is for, where nothing is made of it yet: it stands there as no more than its kind, and refuses."""

    in_s3: ClassVar[bool] = False
    only_read: ClassVar[bool] = False
    """Whether a data format can be read, and not written."""

    verdicts: ClassVar[Mapping[str, Verdict]] = {}
    idle: ClassVar[Verdict | None] = None
    """The verdict on its fields where nothing in a DAG was made of it, for types that can say why."""
    surroundings: ClassVar[Mapping[str, Surrounding]] = {}
    """The fields that say who the work runs as and from where: the user is told their values."""

    def as_files(self, context: Context) -> Call:
        """Return the provider's data node for files to stage, whatever is in them."""
        raise self._lacks("files in S3")

    def as_table(self, context: Context) -> Call:
        """Return the provider's data node for a table."""
        raise self._lacks("a database table")

    def as_data_node(self, context: Context) -> Call:
        """Return the provider's data node, whatever its kind."""
        raise self._lacks("data to copy")

    def as_output(self, context: Context) -> Call:
        """Return the provider's data node for records to be written."""
        return self.as_data_node(context)

    def as_data_format(self, context: Context) -> Call | None:
        """Return the provider's data format; None for the one that holds anyway."""
        raise self._lacks("a data format")

    def as_connection(self, context: Context) -> str:
        """Plan an Airflow connection and return its id."""
        raise self._lacks("a database connection")

    def as_worker(self, context: Context) -> Period | None:
        """Return how long the machine may live whose work an Airflow worker takes over; None for no limit."""
        raise self._lacks("a machine whose work an Airflow worker can do")

    def as_alarm(self, context: Context) -> Call:
        """Return the notifier of an action."""
        raise self._lacks("a notification")

    def as_asset(self, context: Context) -> str | None:
        """Return the URI under which Airflow shows the data, None where it is not shown."""
        return None

    def _lacks(self, capability: str) -> CannotConvertError:
        return CannotConvertError(
            self.trouble or f"{self.type} {self.id!r} is not supported as {capability}."
        )
