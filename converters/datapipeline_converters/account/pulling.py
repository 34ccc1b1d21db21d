"""Pulls pipelines from an account into a folder, several at once; what is in the folder already is not asked for again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from datapipeline_converters.account.definitions import get_definition
from datapipeline_converters.account.describing import Description, batches, describe
from datapipeline_converters.account.faults import AccountError
from datapipeline_converters.account.files import Folder, document_of
from datapipeline_converters.account.state import State, read_state
from datapipeline_converters.account.threads import each
from datapipeline_converters.account.throttling import Api
from datapipeline_converters.batch import internal_fault
from datapipeline_converters.errors import ConversionError

THREADS = 8


@dataclass
class Outcome:
    """What became of the pipelines that were asked for.

    :param pulled: ids of those written, with their files
    :param before: how many were in the folder already
    :param notes: what the user should know of pipelines, by file and sentence
    :param partial: files that lack what the account would not say
    :param failed: why pipelines could not be pulled: reason and ids
    """

    pulled: dict[str, str] = field(default_factory=dict)
    before: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def fail(self, pipeline_id: str, error: ConversionError) -> None:
        """Take note of a pipeline that could not be pulled."""
        self.failed.setdefault(str(error), []).append(pipeline_id)


def pull(
    api: Api,
    ids: Sequence[str],
    folder: Folder,
    outcome: Outcome,
    *,
    version: str,
    refresh: bool,
    advance: Callable[[], None],
) -> None:
    """Write a file for each pipeline; each is complete or absent whenever this ends.

    :param outcome: takes what became of each, also where this ends early
    :param version: of the definition: active, the one that runs, or latest, the one saved last
    :param refresh: pull again what is in the folder
    :param advance: called for each pipeline that is done with
    :raises AccountError: when nothing more can be had from the account
    :raises UnwritableError: when a file cannot be written
    """
    wanted = [name for name in ids if refresh or not folder.has(name, version)]
    outcome.before = len(ids) - len(wanted)
    for _ in range(outcome.before):
        advance()
    try:
        found: list[Description] = []
        for batch in batches(wanted):
            for item in describe(api, batch):
                if isinstance(item, Description):
                    folder.reserve(item.id, item.name)  # in the account's order, whatever is read first
                    found.append(item)
                else:
                    outcome.fail(*item)
                    advance()
        for description, result in each(lambda one: _read(api, one, version), found, THREADS):
            if isinstance(result, _Read):
                _take(description, result, folder, outcome, region=api.region, version=version)
            elif isinstance(result, AccountError) and result.everywhere:
                raise result
            elif isinstance(result, ConversionError):
                outcome.fail(description.id, result)
            else:  # a fault of ours with one pipeline must not stop the others
                outcome.fail(description.id, AccountError(internal_fault("", result)))
            advance()
    finally:
        folder.write_index()


@dataclass(frozen=True)
class _Read:
    """A pipeline as it was read.

    :param complete: whether the account said all that it was asked
    """

    definition: dict[str, object]
    state: State
    complete: bool


def _read(api: Api, description: Description, version: str) -> _Read:
    active = version == "active" and not description.never_activated
    definition, notes = get_definition(api, description.id, active=active)
    try:
        state, complete = read_state(api, description, definition), True
    except AccountError as error:
        if error.everywhere:
            raise
        state = State(description.status, description.fields.get("@firstActivationTime"))
        state.notes.append(f"What it has run could not be read: {error}")
        complete = False
    state.notes[:0] = notes
    return _Read(definition, state, complete)


def _take(
    description: Description, result: _Read, folder: Folder, outcome: Outcome, *, region: str, version: str
) -> None:
    """Write a pipeline's file."""
    document = document_of(
        description, result.definition, result.state, region=region, version=version, complete=result.complete
    )
    file = folder.write(document)
    outcome.pulled[description.id] = file
    outcome.notes += [(file, note) for note in result.state.notes]
    if not result.complete:
        outcome.partial.append(file)
