"""`dp2airflow convert`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.inputs import conversion_arguments, for_each
from datapipeline_converters.cli.status import COMPLETE, DIFFERENT, FAILED, WORK_LEFT

if TYPE_CHECKING:
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.conversion import Conversion
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.options import Options
    from datapipeline_converters.reconversion import EarlierNames, Identity, Reconciled
    from datapipeline_converters.sources import Input


@click.command()
@conversion_arguments
@click.option(
    "-o",
    "--output",
    default=Path(),
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write into; made if missing. [default: here]",
)
@click.option(
    "--diff", is_flag=True, help="Show what a new conversion would change there, and write nothing."
)
@click.option("--merge", is_flag=True, help="Bring changes made by hand and the new conversion together.")
@click.option(
    "--force", is_flag=True, help="Replace files that were changed by hand, or belong to something else."
)
@click.option(
    "--strict", is_flag=True, help="Count what is only approximated as work left to you: exit status 1."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="Exit status 1 if fewer of a definition's fields and parameter attributes are exact, emulated or not needed.",
)
def convert(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    output: Path,
    diff: bool,
    merge: bool,
    force: bool,
    strict: bool,
    fail_under: float,
    **chosen: Any,
) -> int:
    """Convert pipeline definitions to Airflow DAGs.

    For a pipeline NAME it writes NAME.py, NAME.ledger.json, NAME.report.md, NAME.connections.json and, where a
    template needs one, NAME.variables.json; where a machine's number is limited, NAME.pools.json.

    A file that was changed by hand is not written over: --diff shows what would change, --merge merges. What is filled in in
    connections and Variables stays.

    Exit status: 0, the DAG does the work once connections and credentials are filled in; 1, something else is left
    to you, --strict or --fail-under asks for more, a file was changed by hand, or --diff has something to show; 2, a
    file could not be converted, and nothing is written for it.
    """
    how = [name for name, given in {"--diff": diff, "--merge": merge, "--force": force}.items() if given]
    if len(how) > 1:
        raise click.UsageError(f"{how[0]} and {how[1]} are two things to do; give one of them.")
    keep = (
        partial(_compare, output)
        if diff
        else partial(_write, output, "".join(how), strict=strict, fail_under=fail_under)
    )
    call = _Call(output, chosen.get("environment"), diff)
    return for_each(
        files,
        values_files,
        settings,
        chosen,
        _remembered,
        call.say,
        call.sum_up,
        keep=keep,
        earlier=call.find_names,
    )


@dataclass(frozen=True)
class _Said:
    """What is to be printed of a definition.

    :param identity: what the definition is
    :param lines: each with whether it goes to standard error
    """

    identity: Identity
    status: int
    lines: tuple[tuple[str, bool], ...]


@dataclass
class _Call:
    """What this process knows of one call.

    :param names: those that pipelines had before
    :param made: what was converted until now
    """

    output: Path
    environment: str | None
    diff: bool
    names: EarlierNames | None = None
    made: list[Identity] = field(default_factory=list)

    def find_names(self, inputs: Sequence[Input]) -> EarlierNames:
        """Find the names that pipelines of these inputs had before."""
        from datapipeline_converters.reconversion import EarlierNames

        self.names = EarlierNames.of(self.output, self.environment, [each.path for each in inputs])
        return self.names

    def say(self, said: _Said) -> int:
        """Print what is to be said of a definition."""
        self.made.append(said.identity)
        for line, as_error in said.lines:
            click.echo(line, err=as_error)
        return said.status

    def sum_up(self, statuses: Counter[int]) -> int:
        """Tell of DAGs that are left behind, and how many definitions came to which end, where there are several."""
        if self.names and not statuses[FAILED]:
            for stem, identity in self.names.left_behind(self.made).items():
                click.echo(
                    f"Warning: {self.output / stem}.py was made of {identity.label}, which is not there any more: "
                    "delete its files, or it runs beside what came in its place.",
                    err=True,
                )
        if statuses.total() > 1:
            words = (
                {COMPLETE: "unchanged", DIFFERENT: "different", FAILED: "failed"}
                if self.diff
                else {COMPLETE: "converted fully", WORK_LEFT: "with work left to you", FAILED: "failed"}
            )
            counts = ", ".join(f"{statuses[status] or 'none'} {word}" for status, word in words.items())
            click.echo(f"{statuses.total()} pipelines: {counts}", err=self.diff)
        return COMPLETE


@dataclass(frozen=True)
class _Remembered:
    """A conversion, and what a later one has to know of its definition.

    :param place: the definition's file
    :param pipeline_id: the pipeline's id in its account, if it is known
    :param part: what the definition is inside its file
    :param secrets: texts of the definition that must not be remembered
    """

    conversion: Conversion
    place: Path | None
    pipeline_id: str
    part: str
    secrets: frozenset[str] = field(repr=False)


def converted(definition: Definition, options: Options) -> Worked[Conversion]:
    """Convert one definition, for `for_each`."""
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.conversion import convert as convert_definition

    conversion = convert_definition(definition, options)
    return Worked(conversion, tuple(dag.id for dag in conversion.plan.dags))


def _remembered(definition: Definition, options: Options) -> Worked[_Remembered]:
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.reconversion import secret_texts

    worked = converted(definition, options)
    secrets = secret_texts(definition, options.values)
    found = _Remembered(
        worked.result, definition.place, definition.state.pipeline_id, definition.part, secrets
    )
    return Worked(found, worked.dag_ids)


def _identity(output: Path, found: _Remembered) -> Identity:
    from datapipeline_converters.reconversion import Identity

    return Identity.of(found.place, output, found.pipeline_id, found.part)


def _reconciled(output: Path, found: _Remembered, how: str) -> Reconciled:
    from datapipeline_converters.reconversion import Mode, reconcile

    mode = {"--merge": Mode.MERGE, "--force": Mode.FORCE}.get(how, Mode.REFUSE)
    conversion = found.conversion
    return reconcile(output, conversion.name, conversion.files, _identity(output, found), found.secrets, mode)


def _compare(output: Path, found: _Remembered) -> _Said:
    """Show what a conversion would change; what a person filled in stays, so it is no difference."""
    from datapipeline_converters.reconversion import difference

    text = difference(output, _reconciled(output, found, "--force").files)
    lines = ((text.removesuffix("\n"), False),) if text else ()
    return _Said(_identity(output, found), DIFFERENT if text else COMPLETE, lines)


def _write(output: Path, how: str, found: _Remembered, *, strict: bool, fail_under: float) -> _Said:
    from datapipeline_converters.output import locked, write_files

    conversion = found.conversion
    with locked(output, conversion.name):
        reconciled = _reconciled(output, found, how)
        if not reconciled.refused:
            write_files(output, reconciled.changed, reconciled.removed)
    if reconciled.refused:
        refusal = _refusal(conversion.name, reconciled.refused)
        return _Said(_identity(output, found), WORK_LEFT, ((refusal, True),))
    lacks = _lacks(conversion, fail_under, strict=strict)
    lines = (
        *((line, False) for line in _summary(conversion, output)),
        *((f"  {note}", False) for note in reconciled.notes),
        *((f"Conflict: {conflict}", True) for conflict in reconciled.conflicts),
        *((f"  {lack}", False) for lack in lacks),
    )
    complete = conversion.complete and not lacks and not reconciled.conflicts
    return _Said(_identity(output, found), COMPLETE if complete else WORK_LEFT, lines)


def _refusal(name: str, reasons: Sequence[str]) -> str:
    lines = "".join(f"\n  {reason}" for reason in reasons)
    return (
        f"Error: {name}: nothing is written, because work of somebody would be lost:{lines}\n"
        "  --diff shows what would change, --merge keeps what was changed by hand, --force replaces it."
    )


def _lacks(conversion: Conversion, fail_under: float, *, strict: bool) -> list[str]:
    """Return what the user asked not to pass over, beyond what is left anyway."""
    from datapipeline_converters.reports.shares import approximations, too_little_kept

    lacks = [too_little_kept(conversion.lines, fail_under)]
    if strict and (approximated := approximations(conversion.lines)):
        items = "".join(f"\n    - {item}" for item in approximated)
        lacks.append(f"Only approximated:{items}")
    return [lack for lack in lacks if lack]


def _summary(conversion: Conversion, output: Path) -> Iterator[str]:
    from datapipeline_converters.reports.report import before_first_run
    from datapipeline_converters.wording import counted

    tasks = sum(len(dag.tasks) for dag in conversion.plan.dags)
    yield f"{conversion.name}: {counted(tasks, 'task')} in {output / conversion.dag_file}"
    for title, items in (
        ("Left to you", conversion.plan.left),
        ("Before the first run", before_first_run(conversion.plan)),
    ):
        if items:
            yield f"  {title}:"
            for item in items:
                yield textwrap.indent(f"- {item}", "    ").replace("\n", "\n  ")
