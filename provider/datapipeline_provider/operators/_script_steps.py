"""What the activities share that run a script of Hive or Pig on a cluster."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.operators._common import flat, once
from datapipeline_provider.operators._emr import exactly_one
from datapipeline_provider.operators._emr_steps import EmrStepsOperator
from datapipeline_provider.operators._steps import StepsOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.sql_staging import SqlStaging
    from datapipeline_provider.emr.staged import Staged
    from datapipeline_provider.emr.steps import Step


class ScriptSteps(StepsOperator):
    """Runs a generated script; a subclass says what is in it, another where it runs.

    :param input: data nodes, None for one that is none of a script's; templated.
    :param output: likewise.
    :param generated_scripts_path: `s3://bucket/prefix` for the scripts that are made; templated. By default they go where
        all goes that is made for the cluster, see `scratch_uri`.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("input_nodes", "output_nodes")
    template_fields: Sequence[str] = (
        "input_nodes",
        "output_nodes",  # `output` is Airflow's name for a task's XCom
        "generated_scripts_path",
        *StepsOperator.template_fields,
    )
    language: ClassVar[str]
    """`hive` or `pig`: the step's program is `<language>-script`."""
    extension: ClassVar[str]

    def __init__(
        self,
        *,
        input: Sequence[Any] = (),
        output: Sequence[Any] = (),
        generated_scripts_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input_nodes = input
        self.output_nodes = output
        self.generated_scripts_path = generated_scripts_path

    def on_kill(self) -> None:
        """Have the task stop, with what is being copied."""
        super().on_kill()
        if "staging" in vars(self):
            self.staging.cancel()

    @cached_property
    def staging(self) -> SqlStaging:
        """What brings data to the cluster and back."""
        from datapipeline_provider.emr.sql_staging import SqlStaging

        return SqlStaging(self._s3, self.aws_conn_id, self.log)

    def made_script(self, context: Context) -> str:
        """Return the S3 address of the script, which is made once in a try."""
        from datapipeline_provider.s3 import address

        name = f"script.{self.extension}"
        place = self.generated_scripts_path
        folder = address.below(place, self.own_folder) if place else self.scratch
        uri = f"{folder}{name}"
        if self.staging.objects(uri):
            return uri  # made before this task went to wait
        text = self.script_text(context)
        self.log.info("The script is %s", uri)
        return self.put(name, text, folder)

    @abstractmethod
    def script_text(self, context: Context) -> str:
        """Return the script, and stage what it needs."""

    @abstractmethod
    def staged(self) -> Sequence[Staged]:
        """Return the inputs and outputs that the script names; they may have directories of their own."""

    def script_step(self, uri: str, *arguments: str) -> Step:
        """Return the step that runs a script.

        :param arguments: for the program that runs it, after the script's address
        """
        from datapipeline_provider.emr.steps import COMMAND_RUNNER, Step

        program = (f"{self.language}-script", f"--run-{self.language}-script", "--args", "-f", uri)
        return Step("script", COMMAND_RUNNER, (*program, *arguments))

    def after(self, context: Context, step: Step) -> None:
        """Load what the script has written for databases, and remove what was staged."""
        from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode

        if step.name != "script":
            return
        for each in self.staged():
            if each.written and isinstance(each.node, SqlDataNode):
                self.staging.load(each.directory, each.node)
        self._remove_staged()

    def tidy(self) -> None:
        """Remove what was staged."""
        if self.place is not None:
            from datapipeline_provider.exceptions import DatapipelineError

            try:
                self._remove_staged()
            except DatapipelineError as another:
                self.log.error("What was staged is left in S3: %s", another)

    def _remove_staged(self) -> None:
        for each in self.staged():
            self.staging.remove(each.directory)


class ScriptChoiceError(EmrFailError):
    """Not exactly one script."""


class OwnScript(ScriptSteps):
    """Runs a script of the user's, which stands in an argument that the subclass has, or in S3.

    With data nodes, `${input1}`, `${output1}` and so on in the script mean them.

    :param script_uri: `s3://bucket/key` of a script; templated.
    :param script_variables: `name=value` each; lists inside are flattened; templated.
    :raises ScriptChoiceError: if not exactly one script is given.
    """

    template_fields: Sequence[str] = (
        "script_uri",
        "script_variables",
        *ScriptSteps.template_fields,
    )
    inline: ClassVar[str]
    """The name of that argument."""
    any_case: ClassVar[bool] = False
    """Whether `${INPUT1}` is `${input1}`."""

    def __init__(
        self,
        *,
        script_uri: str | None = None,
        script_variables: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.script_uri = script_uri
        self.script_variables = script_variables

    def check_script(self) -> None:
        """Raise unless exactly one script is given."""
        scripts = {self.inline: getattr(self, self.inline), "script_uri": self.script_uri}
        exactly_one(self.task_id, ScriptChoiceError, **scripts)

    def to_run(self, context: Context) -> str:
        """Return the S3 address of the script: the user's own where nothing has to be added to it."""
        if self.script_uri and not self.staged() and not self.generated_scripts_path:
            return self.script_uri
        return self.made_script(context)

    def staged(self) -> Sequence[Staged]:
        """Return the inputs and outputs that the script or a variable names."""
        from datapipeline_provider.emr.staged import staged

        if not (self.input_nodes or self.output_nodes):
            return []
        texts = [self.text, *flat(self.script_variables)]
        nodes = self.input_nodes, self.output_nodes
        return staged(texts, *nodes, self.scratch, any_case=self.any_case)

    @cached_property
    def text(self) -> str:
        """The user's script."""
        own: str | None = getattr(self, self.inline)
        if own is not None:
            return own
        from datapipeline_provider.s3 import download
        from datapipeline_provider.s3.errors import told

        with told(str(self.script_uri)):
            return download.text(self._s3, str(self.script_uri))


class ScriptStepsOperator(ScriptSteps, EmrStepsOperator):
    """Runs a generated script on a cluster."""

    node_fields: ClassVar[tuple[str, ...]] = (*ScriptSteps.node_fields, *EmrStepsOperator.node_fields)
    template_fields: Sequence[str] = once(ScriptSteps.template_fields, EmrStepsOperator.template_fields)


class OwnScriptOperator(OwnScript, ScriptStepsOperator):
    """Runs a script of the user's on a cluster."""

    template_fields: Sequence[str] = once(OwnScript.template_fields, ScriptStepsOperator.template_fields)


def pairs(option: str, values: Any) -> list[str]:
    """Return each of some values after an option; lists inside are flattened, None and empty texts are left out."""
    return [part for value in flat(values) if value.strip() for part in (option, value)]


def settings(option: str, given: Mapping[str, str | None]) -> list[str]:
    """Return `name=value` after an option for each setting that has a value."""
    return pairs(option, [f"{name}={value}" for name, value in given.items() if value])
