"""Works on the definitions of many inputs with all cores: what comes out is the same as one by one."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import ConversionError, NoDefinitionError
from datapipeline_converters.names import Taken
from datapipeline_converters.options import Options
from datapipeline_converters.parallel import each
from datapipeline_converters.sources import Input, called, read_input, wanted_name
from datapipeline_converters.values_files import names_known

R = TypeVar("R")


@dataclass(frozen=True)
class Worked(Generic[R]):
    """What a definition has become.

    :param dag_ids: those that no other pipeline may have
    """

    result: R
    dag_ids: tuple[str, ...] = ()


Work: TypeAlias = Callable[[Definition, Options], Worked[R]]


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What became of one definition, or of an input that holds none.

    :param worked: None where it failed
    :param error: why it failed, for the user; "" if it did not
    :param passed_over: the input, where it was found in a folder and is something else than a definition
    :param known: which of the names asked for the definition has, None where nobody can tell
    """

    worked: Worked[R] | None
    error: str = ""
    known: frozenset[str] | None = None
    passed_over: str = ""


@dataclass(frozen=True)
class _Reading:
    """What one input holds.

    :param definitions: each with those of the names asked for that it has
    """

    label: str
    definitions: tuple[tuple[Definition, frozenset[str]], ...] = ()
    error: str = ""
    passed_over: bool = False


@dataclass(frozen=True)
class _Task:
    """A definition to work on, or an input's error that waits for its turn.

    :param name: what the pipeline will be called, as far as names alone tell
    :param last: whether nothing more comes of its input
    """

    label: str
    definition: Definition | None
    name: str = ""
    known: frozenset[str] | None = None
    error: str = ""
    passed_over: bool = False
    last: bool = True


def work_on(
    inputs: Iterable[Input],
    options: Options,
    work: Work[R],
    asked: Collection[str] = (),
    on_input: Callable[[], object] | None = None,
    processes: int | None = None,
) -> Generator[Outcome[R], None, None]:
    """Yield what becomes of each definition, in the order of the inputs, as soon as it is known.

    Each pipeline is given a name that no earlier one has, and DAG ids of its own. Workers go ahead with the name and ids it
    gets if it is alone; those that collide with an earlier one's are worked on again here.

    :param inputs: what to read
    :param work: can be pickled; raises ConversionError where the definition is at fault
    :param asked: names of parameters; each outcome tells which of them its definition has
    :param on_input: called when an input is done with
    :param processes: as `parallel.each` takes it
    """
    waiting: deque[_Task] = deque()
    inputs = list(inputs)
    read = partial(_read, given=options.values, asked=frozenset(asked))
    # Only this process has the standard input.
    here = any(item.path is None for item in inputs)
    readings = each(read, inputs, processes=1 if here else processes)
    tasks = _tasks(readings, options, waiting)
    taken = Taken()
    with closing(readings), closing(each(partial(_try, work, options), tasks, processes=processes)) as tries:
        for outcome in tries:
            task = waiting.popleft()
            yield _settled(task, outcome, options, work, taken)
            if task.last and on_input is not None:
                on_input()


def internal_fault(where: str, error: Exception) -> str:
    """Return how a fault of ours is told: what the exception says may hold a secret; its type and place do not.

    :param where: which input it was, with what stands behind it, or ""
    """
    fault = f"{type(error).__name__} at {_place(error)}"
    return f"{where}internal error, {fault}; please report it with the definition, its secrets taken out."


def _read(item: Input, given: Mapping[str, tuple[str, ...]], asked: frozenset[str]) -> _Reading:
    try:
        definitions = read_input(item, given)
        known = (
            (replace(definition, place=item.path), asked & names_known(definition))
            for definition in definitions
        )
        return _Reading(item.label, tuple(known))
    except NoDefinitionError as error:
        return _Reading(item.label, error="" if item.found else str(error), passed_over=item.found)
    except ConversionError as error:
        return _Reading(item.label, error=str(error))
    except RecursionError:
        text = f"{item.label}: nested too deeply. A definition has only a few levels."
        return _Reading(item.label, error=text)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        return _Reading(item.label, error=internal_fault(f"{item.label}: ", error))


def _tasks(readings: Iterable[_Reading], options: Options, waiting: deque[_Task]) -> Iterator[_Task]:
    """Yield the work in order, and remember it."""
    names = Taken()
    for reading in readings:
        tasks = [
            _Task(reading.label, definition, names.give(wanted_name(definition, options)), known, last=False)
            for definition, known in reading.definitions
        ] or [_Task(reading.label, None, error=reading.error, passed_over=reading.passed_over)]
        tasks[-1] = replace(tasks[-1], last=True)
        for task in tasks:
            waiting.append(task)
            yield task


def _try(work: Work[R], options: Options, task: _Task) -> Outcome[R]:
    """Work on a definition as if no other were there."""
    if task.definition is None:
        nothing = frozenset[str]() if task.passed_over else None
        return Outcome(None, task.error, nothing, task.label if task.passed_over else "")
    try:
        return Outcome(work(*called(task.definition, options, task.name)), known=task.known)
    except ConversionError as error:
        return Outcome(None, str(error), task.known)
    except RecursionError:
        text = f"{task.label}: nested or chained too deeply. Shorten the chain, or take levels out."
        return Outcome(None, text, task.known)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        return Outcome(None, internal_fault(f"{task.label}: ", error), task.known)


def _settled(task: _Task, outcome: Outcome[R], options: Options, work: Work[R], taken: Taken) -> Outcome[R]:
    """Return the outcome, worked on again if an earlier pipeline has its name or a DAG id of it."""
    if task.definition is None:
        return outcome
    name = taken.give(wanted_name(task.definition, options))
    ids = outcome.worked.dag_ids if outcome.worked else ()
    if name != task.name or taken.has_any(ids, name):
        options = replace(options, taken=taken.others(name))
        outcome = _try(work, options, replace(task, name=name))
    if outcome.worked:
        taken.add(outcome.worked.dag_ids)
    return outcome


def _place(error: Exception) -> str:
    """Return the last line of our own code that an exception came through."""
    root = Path(__file__).parent
    places = [
        f"{Path(frame.filename).relative_to(root).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root)
    ]
    return places[-1] if places else "an unknown place"
