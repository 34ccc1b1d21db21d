"""HadoopActivity: runs a MapReduce program on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import CLUSTER_ACTIVITY, HANDLES, SCRIPTS_AROUND, later
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import FieldText


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
    awaits = "MapReduce programs on an EMR cluster"
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        HANDLES,
        SCRIPTS_AROUND,
        {
            "argument": later("Put it into `Args` of a step of Amazon's `EmrAddStepsOperator`, as it is."),
            "hadoopQueue": later("Give the step the argument `-Dmapreduce.job.queuename=…`."),
            "jarUri": later("It is the `Jar` of a step of Amazon's `EmrAddStepsOperator`."),
            "mainClass": later("It is the `MainClass` of a step of Amazon's `EmrAddStepsOperator`."),
        },
    )
