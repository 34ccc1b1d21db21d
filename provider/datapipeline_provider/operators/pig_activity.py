"""The activity PigActivity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators._script_steps import OwnScriptOperator, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step


class PigActivityOperator(OwnScriptOperator):
    """Runs a script of Pig on a cluster, with data nodes as relations (dp-object-pigactivity, dp-concepts-staging).

    With data nodes, `${input1}` and so on in the script are relations that are loaded before it, and what the script assigns to
    `${output1}` is stored after it; `${INPUT1}` is the same. Data nodes are in S3, and their formats CSV or TSV (Pig's own
    storage, which knows no escape character) or, for inputs, JavaRegEx.

    :param script: the script; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated.
    :param script_variables: `name=value` each, read as `$name`; lists inside are flattened; templated.
    :raises ScriptChoiceError: if not exactly one script is given.
    """

    language = "pig"
    extension = "pig"
    inline = "script"
    any_case = True
    template_fields: Sequence[str] = ("script", *OwnScriptOperator.template_fields)

    def __init__(self, *, script: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.script = script
        self.check_script()

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step."""
        from datapipeline_provider.emr import pig_script, staged_names

        names = pig_script.relations(self.staged())
        variables = [
            staged_names.replaced(each, names, any_case=True) for each in flat(self.script_variables)
        ]
        return [self.script_step(self.to_run(context), *pairs("-p", variables))]

    def script_text(self, context: Context) -> str:
        """Return the user's script between what loads and what stores."""
        from datapipeline_provider.emr import pig_script

        return pig_script.script(self.text, self.staged())
