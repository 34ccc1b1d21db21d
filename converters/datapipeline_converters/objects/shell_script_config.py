"""ShellScriptConfig: a script to run on the cluster before or after an activity."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import later
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class ShellScriptConfig(Component):
    """A script in S3 with its arguments."""

    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()

    page = "dp-object-shellscriptconfig"
    awaits = "scripts around the work on an EMR cluster"
    verdicts = {
        "parent": exact("the parent's fields are applied"),
        "scriptArgument": later("Give it to the step that runs the script."),
        "scriptUri": later("Run it with EMR's `script-runner.jar` in a step."),
    }
