"""What every type has in common: identity, a table of verdicts on its fields, and capabilities others may ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict
from datapipeline_converters.objects.place import Place
from datapipeline_converters.objects.surroundings import Surrounding
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call, Connection, FieldText
from datapipeline_converters.refusals import FailingTask


class CannotConvertError(Exception):
    """Raised by an object that cannot do what is asked of it; the task that asked becomes one that fails.

    :param row: why, a row of the table of all that is refused
    :param facts: what the names in it stand for
    """

    def __init__(self, row: FailingTask, **facts: object) -> None:
        self.reason = row.why(**facts)
        super().__init__(self.reason)


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
        """Return a field's values, none where a value is not known before a run; CannotConvertError for a password."""

    def chosen(self, component: Component, *names: str) -> Mapping[str, bool | int | str]:
        """Return what the user chose for an object, of the choices that matter now; see `choices`."""

    def texts(self, component: Component, field: str) -> tuple[FieldText, ...]:
        """Return the texts of a field that is read only where it is needed.

        :raises CannotConvertError: when one cannot be read
        """

    def note_instead(self, component: Component, verdicts: Mapping[str, Verdict]) -> None:
        """Take note of what becomes of fields as the user chose, instead of what the type's table says."""

    def identity(self, component: Component, field: str) -> Mapping[str, str]:
        """Return the operator's argument that says who it is to AWS, where the user asked for a connection for each role."""

    def is_own(self, component: Component, field: str) -> bool:
        """Tell whether an object has a field itself, and does not inherit it."""

    def add_pool(self, component: Component, slots: int) -> str:
        """Plan the Airflow pool of a machine's tasks, of which so many run at once, and return its name."""

    def wanted(self, component: Component, name: str) -> bool | int | str | None:
        """Return what the user chose for an object, without taking note that it has an effect."""

    def add_connection(self, connection: Connection, hints: tuple[str, ...] = ()) -> str:
        """Plan a connection, with hints on what the user has to fill in or check; return its id."""

    def fixed_beginning(self, component: Component, field: str) -> tuple[str, bool]:
        """Return what a text field starts with before anything that only a run knows, and whether that is all of it."""

    def cluster_of(self, activity: Component) -> str | None:
        """Return the id of the task that launches what an activity works on, None where none is launched for it."""

    def users_of(self, resource: Component) -> Sequence[Component]:
        """Return the activities that work on a resource which is launched for them."""

    def on_serverless(self, cluster: Component) -> Sequence[Component]:
        """Return the activities of a cluster whose work EMR Serverless does."""

    def text(self, component: Component, field: str, text: str) -> FieldText:
        """Return a text with expressions as if it stood in a field of an object: for texts that are made of a field's."""

    def tell(self, text: str) -> None:
        """Tell the user what to fill in or to check before the first run."""

    @property
    def pipeline_tags(self) -> Mapping[str, str]:
        """The pipeline's own tags."""


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
    is_cluster: ClassVar[bool] = False
    """Whether it is a cluster, on which activities work that a worker cannot do."""
    one_at_a_time: ClassVar[bool] = True
    """Whether a cluster does such work one after another, and not side by side."""
    ends_late_work: ClassVar[bool] = False
    """Whether it is an action that ends an object which is late."""
    without_format: ClassVar[str] = ""
    """What to do where a script needs the data format that a data node has not; "" where it needs none."""
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

    def as_location(self, context: Context) -> Call:
        """Return the provider's data node with no more than where its data is, for those who look whether it is there."""
        raise self._lacks("data to look for")

    def as_data_node(self, context: Context) -> Call:
        """Return the provider's data node, whatever its kind."""
        raise self._lacks("data to copy")

    def as_output(self, context: Context) -> Call:
        """Return the provider's data node for records to be written."""
        return self.as_data_node(context)

    def as_data_format(self, context: Context) -> Call | None:
        """Return the provider's data format; None for the one that holds anyway."""
        raise self._lacks("a data format")

    def as_staged(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's data node for a script of Hive or Pig.

        :param columns: whether its columns matter
        """
        raise self._lacks("data for a script of Hive or Pig")

    def as_staged_format(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's data format for a script of Hive or Pig; as above."""
        raise self._lacks("a data format of Hive's or Pig's")

    def as_connection(self, context: Context) -> str:
        """Plan an Airflow connection and return its id."""
        raise self._lacks("a database connection")

    def as_worker(self, context: Context) -> Period | None:
        """Return how long the machine may live whose work an Airflow worker takes over; None for no limit."""
        raise self._lacks("a machine whose work an Airflow worker can do")

    def as_place(self, context: Context, *, commands: bool) -> Place | None:
        """Return where work runs that ran on this resource; None for where the table of the activity's type says.

        :param commands: whether it is shell commands, which can run anywhere
        """
        return None

    def as_cluster(self, context: Context) -> Mapping[str, Argument]:
        """Return the `cluster_id` of the running cluster that was chosen for it; nothing where one is to be launched."""
        raise self._lacks("an EMR cluster")

    def as_application(self, context: Context, engines: Collection[str]) -> dict[str, Argument]:
        """Return an operator's arguments for doing this cluster's work on EMR Serverless.

        :param engines: those that the operator's jobs need
        """
        raise self._lacks("work for EMR Serverless")

    def as_job_setting(
        self, context: Context, engines: Collection[str], *, also: bool
    ) -> dict[str, Argument] | None:
        """Return a configuration of jobs of EMR Serverless, None for one that they do not have.

        :param engines: those of the jobs
        :param also: whether a cluster has it as well
        """
        raise self._lacks("settings of a job")

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return a part of a RunJobFlow request of EMR."""
        raise self._lacks("a setting of an EMR cluster")

    def as_script(self, context: Context) -> Call:
        """Return the provider's object for a script that runs on a cluster before or after an activity."""
        raise self._lacks("a script on an EMR cluster")

    def as_environment(self, context: Context, owner: Component, field: str) -> Mapping[str, Argument]:
        """Return the environment variables that tell programs on a cluster about this.

        :param owner: the cluster
        :param field: the key of its field that refers to this
        """
        raise self._lacks("a setting of an EMR cluster's programs")

    def as_pool(self, context: Context) -> str | None:
        """Return the Airflow pool of the tasks that ran on this resource; None where there is no limit to how many run."""
        return None

    def as_user(self, context: Context) -> Argument:
        """Return who commands run as on the machine that this launches; None for who it is anyway."""
        return None

    def as_alarm(self, context: Context) -> Call:
        """Return the notifier of an action."""
        raise self._lacks("a notification")

    def as_asset(self, context: Context) -> str | None:
        """Return the URI under which Airflow shows the data, None where it is not shown."""
        return None

    def _lacks(self, capability: str) -> CannotConvertError:
        if self.trouble:
            return CannotConvertError(refusals.FAULTY, fault=self.trouble)
        return CannotConvertError(refusals.NO_SUCH_USE, type=self.type, id=self.id, use=capability)
