"""HadoopActivity: runs a MapReduce program on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, exact, verdict_table
from datapipeline_converters.objects.cluster_activity import (
    CLUSTER_ACTIVITY,
    HANDLES,
    SCRIPTS_AROUND,
    scripts_around,
)
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import Argument, Call, FieldText


@dataclass(frozen=True, kw_only=True)
class HadoopActivity(Activity):
    """One JAR given to the cluster's scheduler, beside others of its kind."""

    jar_uri: FieldText
    main_class: FieldText | None = None
    argument: tuple[FieldText, ...] = ()
    hadoop_queue: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None

    page = "dp-object-hadoopactivity"
    works_on_cluster = True
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        HANDLES,
        SCRIPTS_AROUND,
        {
            "argument": exact("the operator's `arguments`"),
            "hadoopQueue": approximated(
                "the operator's `hadoop_queue`: the program gets `-Dmapreduce.job.queuename=…`, which it heeds if it takes "
                "Hadoop's generic options",
                "See that the program runs by Hadoop's ToolRunner, or set the queue in it.",
            ),
            "jarUri": exact("the operator's `jar_uri`"),
            "mainClass": exact("the operator's `main_class`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the operator that runs the program."""
        texts: dict[str, Argument] = {
            "jar_uri": self.jar_uri,
            "main_class": self.main_class,
            "arguments": self.argument or None,
            "hadoop_queue": self.hadoop_queue,
        }
        given = {name: text for name, text in texts.items() if text is not None}
        around = scripts_around(context, self.pre_activity_task_config, self.post_activity_task_config)
        return Call(
            "datapipeline_provider.operators.hadoop_activity.HadoopActivityOperator",
            {**self.cluster(context), **given, **around},
        )
