"""The activity HadoopActivity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators._emr_steps import EmrStepsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step

_CLASS = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)+")


class HadoopActivityOperator(EmrStepsOperator):
    """Runs a program of Hadoop's from a JAR (dp-object-hadoopactivity).

    :param jar_uri: the JAR, in S3 or on the cluster; templated.
    :param main_class: the class to run; templated. Without one the JAR says it, or the first argument.
    :param arguments: one argument per element, no character of which means anything; lists inside are flattened, None is
        left out; templated.
    :param hadoop_queue: the scheduler's queue, given as `-Dmapreduce.job.queuename=`, which programs know that take
        Hadoop's generic options; templated.
    """

    template_fields: Sequence[str] = (
        "jar_uri",
        "main_class",
        "arguments",
        "hadoop_queue",
        *EmrStepsOperator.template_fields,
    )

    def __init__(
        self,
        *,
        jar_uri: str,
        main_class: str | None = None,
        arguments: Sequence[Any] = (),
        hadoop_queue: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.jar_uri = jar_uri
        self.main_class = main_class
        self.arguments = arguments
        self.hadoop_queue = hadoop_queue

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step."""
        from datapipeline_provider.emr.steps import Step

        arguments = list(flat(self.arguments))
        if self.hadoop_queue:
            # Options come after the name of the class, where that is an argument.
            named = not self.main_class and arguments and _CLASS.fullmatch(arguments[0])
            arguments.insert(1 if named else 0, f"-Dmapreduce.job.queuename={self.hadoop_queue}")
        return [Step("program", self.jar_uri, arguments, self.main_class or None)]
