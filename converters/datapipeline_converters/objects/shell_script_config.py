"""ShellScriptConfig: a script to run on the cluster before or after an activity."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.plan import Argument, Call, FieldText


@dataclass(frozen=True, kw_only=True)
class ShellScriptConfig(Component):
    """A script in S3 with its arguments."""

    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()

    page = "dp-object-shellscriptconfig"
    verdicts = {
        "parent": exact("the parent's fields are applied"),
        "scriptArgument": exact("the script's `script_arguments`"),
        "scriptUri": exact("the script's `script_uri`"),
    }

    def as_script(self, context: Context) -> Call:
        """Return the script for an operator's `pre_script` or `post_script`."""
        if self.script_uri is None:
            raise CannotConvertError(refusals.NO_SCRIPT_URI, id=self.id)
        context.realise(self)
        arguments: dict[str, Argument] = {"script_uri": self.script_uri}
        if self.script_argument:
            arguments["script_arguments"] = self.script_argument
        return Call("datapipeline_provider.emr.shell_script_config.ShellScriptConfig", arguments)
