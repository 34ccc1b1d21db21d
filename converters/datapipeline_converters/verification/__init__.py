"""The proof of a conversion: what Airflow renders is what the reference evaluator says, at many moments.

Airflow loads the generated files in a process of its own and renders every task's templates with its own methods; the
parameters and Variables have made-up values. `evaluate` says what each text has to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datapipeline_converters.airflow_process import ask
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.plan import Dag, Task
from datapipeline_converters.verification.comparison import Comparison, Difference
from datapipeline_converters.verification.facts import ENVIRONMENT, Run, runs


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    :param name: the pipeline's name
    :param texts: how many texts of fields there are in its DAGs
    :param moments: at how many moments runs of them started
    :param renderings: how many texts were compared: the texts of each DAG in each of its runs
    :param differences: what differs
    :param without_text: what neither Airflow nor the reference can make a text of
    :param error: why Airflow cannot import the generated file, "" if it can
    """

    name: str
    texts: int = 0
    moments: int = 0
    renderings: int = 0
    differences: Sequence[Difference] = ()
    without_text: Sequence[Difference] = ()
    error: str = ""

    @property
    def good(self) -> bool:
        """Tell whether nothing differs."""
        return not self.differences and not self.error


def verify(conversions: Sequence[Conversion]) -> list[Verification]:
    """Return what Airflow and the reference evaluator make of the texts of conversions, one answer for each.

    :param conversions: with different names
    :raises AirflowProcessError: when Airflow cannot be asked
    """
    trials = {conversion.name: _runs(conversion) for conversion in conversions}
    question = {
        dag_id: [run.question() for run in its] for trial in trials.values() for dag_id, its in trial.items()
    }
    sources = {item.dag_file: item.source for item in conversions}
    answers, errors = ask("templates", sources, {"runs": question}, ENVIRONMENT)
    return [
        Verification(conversion.name, error=errors[conversion.dag_file])
        if conversion.dag_file in errors
        else _compared(conversion, trials[conversion.name], answers)
        for conversion in conversions
    ]


def _runs(conversion: Conversion) -> Mapping[str, Sequence[Run]]:
    variables = [variable.key for variable in conversion.plan.variables]
    return {dag.id: runs(dag, variables) for dag in conversion.plan.dags}


def _tasks(dag: Dag) -> list[Task]:
    """Return a DAG's tasks; what happens when some are late counts as one more with the first one's id."""
    late = [Task(watch.tasks[0], watch.call, watch.texts) for watch in dag.watches]
    return [*dag.tasks, *late]


def _compared(
    conversion: Conversion, trials: Mapping[str, Sequence[Run]], answers: Mapping[str, Any]
) -> Verification:
    found: list[Difference] = []
    renderings = 0
    starts: set[datetime] = set()
    for dag in conversion.plan.dags:
        its_runs = trials[dag.id]
        starts.update(run.moment.start for run in its_runs)
        for task in _tasks(dag):
            comparison = Comparison(task)
            renderings += len(task.texts) * len(its_runs)
            for run, answer in zip(its_runs, answers[dag.id][task.id], strict=True):
                found += comparison.differences(run, answer)
    return Verification(
        conversion.name,
        texts=sum(len(task.texts) for dag in conversion.plan.dags for task in _tasks(dag)),
        moments=len(starts),
        renderings=renderings,
        differences=[difference for difference in found if not difference.both_fail],
        without_text=[difference for difference in found if difference.both_fail],
    )
