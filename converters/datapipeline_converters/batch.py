"""Works on the definitions of many inputs with all cores: what comes out is the same as one by one."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import ConversionError, NoDefinitionError
from datapipeline_converters.names import Taken
from datapipeline_converters.options import Options
from datapipeline_converters.parallel import THRESHOLD, in_steps
from datapipeline_converters.sources import Input, called, read_input, wanted_name
from datapipeline_converters.values_files import names_known

R = TypeVar("R")
S = TypeVar("S")


@dataclass(frozen=True)
class Worked(Generic[R]):
    """What a definition has become.

    :param dag_ids: those that no other pipeline may have
    """

    result: R
    dag_ids: tuple[str, ...] = ()


Work: TypeAlias = Callable[[Definition, Options], Worked[R]]
Keep: TypeAlias = Callable[[R], S]


class Earlier(Protocol):
    """The names that pipelines had before; it can be pickled."""

    @property
    def kept(self) -> frozenset[str]:
        """Those that no other pipeline may have."""

    def name_of(self, definition: Definition, wanted: str) -> str:
        """Return the name that a definition's pipeline had, "" if it had none."""


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
class _Item:
    """An input, or one of several definitions in it.

    :param source: what is to be read, or has been read already
    :param last: whether nothing more comes of its input
    """

    source: Input | _Reading
    last: bool = True


def work_on(
    inputs: Iterable[Input],
    options: Options,
    work: Work[R],
    asked: Collection[str] = (),
    on_input: Callable[[], object] | None = None,
    processes: int | None = None,
    keep: Keep[R, S] | None = None,
    earlier: Earlier | None = None,
) -> Generator[Outcome[R] | Outcome[S], None, None]:
    """Yield what becomes of each definition, in the order of the inputs, as soon as it is known.

    Each pipeline is given a name that no earlier one has, and DAG ids of its own. Workers read and go ahead with the name and
    ids it gets if it is alone; those that collide with an earlier one's are worked on again here.

    :param inputs: what to read
    :param work: can be pickled; raises ConversionError where the definition is at fault
    :param asked: names of parameters; each outcome tells which of them its definition has
    :param on_input: called when an input is done with
    :param processes: as `parallel.each` takes it
    :param keep: acts on each result once its name and ids are settled, in whichever process, and gives what is yielded in
        its place; can be pickled; raises ConversionError where it cannot
    :param earlier: the names that pipelines had before: each gets its own again
    """
    desk = _Desk(_Hand(options, work, frozenset(asked), keep, earlier))
    steps = in_steps(desk.hand.steps, desk.items(list(inputs)), (desk.name, desk.settle), None, processes)
    with closing(steps):
        for outcomes, last in steps:
            for outcome in outcomes:
                yield desk.settled.popleft() if outcome is None else outcome
            if last and on_input is not None:
                on_input()


@dataclass(frozen=True)
class _Hand(Generic[R, S]):
    """Does the work on one item, in whichever process."""

    options: Options
    work: Work[R]
    asked: frozenset[str]
    keep: Keep[R, S] | None
    earlier: Earlier | None

    def steps(self, item: _Item) -> Generator[Any, Any, tuple[list[Outcome[R] | Outcome[S] | None], bool]]:
        """Read, work and keep.

        It yields the wanted name of each definition, with the one it had, and is sent names; it yields the DAG ids that
        came of each and is sent whether the outcome stands. It returns the outcomes, None for those that do not stand,
        and `item.last`.
        """
        reading = self.read(item.source)
        names = yield [self.wanted(definition) for definition, _ in reading.definitions]
        if not reading.definitions:
            yield []
            nothing = frozenset[str]() if reading.passed_over else None
            return [
                Outcome(None, reading.error, nothing, reading.label if reading.passed_over else "")
            ], item.last
        tried = [self.tried(reading, index, name, self.options) for index, name in enumerate(names)]
        stands = yield [outcome.worked.dag_ids if outcome.worked else () for outcome in tried]
        kept = [
            self.kept(reading.label, outcome) if good else None
            for outcome, good in zip(tried, stands, strict=True)
        ]
        return kept, item.last

    def read(self, source: Input | _Reading) -> _Reading:
        """Return what is in an input."""
        return _read(source, self.options.values, self.asked) if isinstance(source, Input) else source

    def wanted(self, definition: Definition) -> tuple[str, str]:
        """Return the wanted name of a definition's pipeline, and the one it had before, "" if it had none."""
        wanted = wanted_name(definition, self.options)
        return wanted, self.earlier.name_of(definition, wanted) if self.earlier else ""

    def tried(self, reading: _Reading, index: int, name: str, options: Options) -> Outcome[R]:
        """Work on a definition.

        :param options: with names that others have; without them it is as if no other pipeline were there
        """
        definition, known = reading.definitions[index]
        label = reading.label
        try:
            return Outcome(self.work(*called(definition, options, name)), known=known)
        except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
            return Outcome(None, told(label, error), known)

    def kept(self, label: str, outcome: Outcome[R]) -> Outcome[R] | Outcome[S]:
        """Keep what came of a definition."""
        if self.keep is None or outcome.worked is None:
            return outcome
        try:
            kept = self.keep(outcome.worked.result)
        except Exception as error:  # noqa: BLE001 - as above
            return Outcome(None, told(label, error), outcome.known)
        return Outcome(Worked(kept, outcome.worked.dag_ids), known=outcome.known)


class _Desk(Generic[R, S]):
    """Says what each pipeline is called, in their order, and works on those again that collide with an earlier one.

    :param settled: what became of those, until its turn comes
    """

    def __init__(self, hand: _Hand[R, S]) -> None:
        self.hand = hand
        self.settled: deque[Outcome[R] | Outcome[S]] = deque()
        kept = hand.earlier.kept if hand.earlier else frozenset()
        self._ahead = Taken(kept=kept)
        self._taken = Taken(kept=kept)
        self._given: deque[list[tuple[str, tuple[str, str]]]] = deque()

    def items(self, inputs: Sequence[Input]) -> Iterator[_Item]:
        """Yield what is to be done; where files are few and definitions may be many, by definition."""
        for item in inputs:
            # Only this process has the standard input.
            if item.path is not None and len(inputs) >= THRESHOLD:
                yield _Item(item)
                continue
            reading = self.hand.read(item)
            parts = [replace(reading, definitions=(one,)) for one in reading.definitions] or [reading]
            for number, part in enumerate(parts, start=1):
                yield _Item(part, last=number == len(parts))

    def name(self, _: _Item, wanted: Sequence[tuple[str, str]]) -> list[str]:
        """Return what each definition's pipeline will be called, as far as names alone tell."""
        names = [self._ahead.give(*each) for each in wanted]
        self._given.append(list(zip(names, wanted, strict=True)))
        return names

    def settle(self, item: _Item, ids: Sequence[tuple[str, ...]]) -> list[bool]:
        """Return for each definition whether what came of it stands; if it does not, it is worked on again."""
        stands = []
        for index, ((tentative, wanted), found) in enumerate(zip(self._given.popleft(), ids, strict=True)):
            name = self._taken.give(*wanted)
            good = name == tentative and not self._taken.has_any(found, name)
            if good:
                self._taken.add(found)
            else:
                self._work_again(item, index, name)
            stands.append(good)
        return stands

    def _work_again(self, item: _Item, index: int, name: str) -> None:
        reading = self.hand.read(item.source)
        options = replace(self.hand.options, taken=self._taken.others(name))
        if index < len(reading.definitions):
            outcome = self.hand.tried(reading, index, name, options)
        else:
            outcome = Outcome(None, reading.error or f"{reading.label}: changed while it was read.")
        if outcome.worked:
            self._taken.add(outcome.worked.dag_ids)
        self.settled.append(self.hand.kept(reading.label, outcome))


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


def told(label: str, error: Exception) -> str:
    """Return what to tell a user of an exception: of a fault of ours only its type and place, for it may show a secret.

    :param label: which input it came of
    """
    if isinstance(error, ConversionError):
        return str(error)
    if isinstance(error, RecursionError):
        return f"{label}: nested or chained too deeply. Shorten the chain, or take levels out."
    return internal_fault(f"{label}: ", error)


def _place(error: Exception) -> str:
    """Return the last line of our own code that an exception came through."""
    root = Path(__file__).parent
    places = [
        f"{Path(frame.filename).relative_to(root).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root)
    ]
    return places[-1] if places else "an unknown place"
