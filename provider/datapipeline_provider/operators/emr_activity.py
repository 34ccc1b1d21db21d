"""The activity EmrActivity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators._emr_steps import EmrStepsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step


class EmrActivityOperator(EmrStepsOperator):
    r"""Runs programs on a cluster, one after another, with shell commands before and after them (dp-object-emractivity).

    :param steps: one per element, `jar,argument,...`; a literal comma is `\,` or `\\,`, blanks around an argument are
        dropped. Lists inside are flattened, None and empty texts are left out; templated.
    :param pre_step_commands: commands for bash on the master node, before all steps; templated.
    :param post_step_commands: likewise after all steps, if none has failed; templated.
    """

    template_fields: Sequence[str] = (
        "steps",
        "pre_step_commands",
        "post_step_commands",
        *EmrStepsOperator.template_fields,
    )

    def __init__(
        self,
        *,
        steps: Sequence[Any] = (),
        pre_step_commands: Sequence[Any] = (),
        post_step_commands: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.steps = steps
        self.pre_step_commands = pre_step_commands
        self.post_step_commands = post_step_commands

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the commands and programs in their order."""
        from datapipeline_provider.emr.steps import command, programs

        return [
            *(command(f"pre-step command {n}", text) for n, text in _numbered(self.pre_step_commands)),
            *programs(self.steps),
            *(command(f"post-step command {n}", text) for n, text in _numbered(self.post_step_commands)),
        ]


def _numbered(commands: Sequence[Any]) -> list[tuple[int, str]]:
    return list(enumerate((text for text in flat(commands) if text.strip()), 1))
