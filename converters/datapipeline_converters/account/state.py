"""Finds out what a pipeline has run: when it was first activated, and up to where each object has finished."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from datapipeline_converters.account.describing import Description, batches, texts
from datapipeline_converters.account.throttling import Api
from datapipeline_converters.wording import counted

# Intervals that ended well: by themselves, or because a user said so.
_DONE = ("FINISHED", "MARK_FINISHED")
# Those that did not, or not yet; what an activation passed over (SKIPPED) nobody waits for.
_NOT_DONE = (
    *("CANCELED", "CANCELLED", "CASCADE_FAILED", "FAILED", "PAUSED", "RUNNING", "TIMEDOUT"),
    *("WAITING_FOR_RUNNER", "WAITING_ON_DEPENDENCIES"),
)
# How far back all objects are looked at together, from the latest run; what has not finished since is asked for by itself.
_WINDOWS = (timedelta(days=1), timedelta(days=8))
# So many pages of a hundred runs each are looked at.
_PAGES = 100
_INSTANCE = re.compile(r"@(?P<component>.+)_(?P<start>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_FORMAT = "%Y-%m-%dT%H:%M:%S"


@dataclass
class State:
    """What a pipeline has run; moments as the service writes them, in UTC.

    :param finished: the end of the last interval that each object has finished, by its id
    :param notes: what the user should know of it, a sentence each
    """

    status: str
    activated_at: str | None = None
    finished: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_state(api: Api, description: Description, definition: Mapping[str, Any]) -> State:
    """Return what a pipeline has run.

    :param definition: in API form
    :raises AccountError: when the service refuses or cannot be reached
    """
    state = State(description.status, description.fields.get("@firstActivationTime"))
    if description.never_activated:
        return state
    objects = {item["id"]: texts(item) for item in definition.get("pipelineObjects", [])}
    if state.activated_at is None:
        _ask_schedules(api, description.id, objects, state)
    activities = {name for name, fields in objects.items() if fields.get("type", "").endswith("Activity")}
    search = _Search(api, description.id, activities)
    latest = _moment(description.fields.get("@latestRunTime")) or datetime.now(UTC).replace(tzinfo=None)
    search.run(latest)
    if not any(fields.get("scheduleType", "").lower() == "ondemand" for fields in objects.values()):
        search.gaps(latest)
    state.finished = search.ends()
    state.notes += search.notes
    return state


def _ask_schedules(
    api: Api, pipeline_id: str, objects: Mapping[str, Mapping[str, str]], state: State
) -> None:
    """Find the first activation where the pipeline does not say it and a Schedule starts with it."""
    asked = [
        name
        for name, fields in objects.items()
        if fields.get("startAt", "").strip().upper() == "FIRST_ACTIVATION_DATE_TIME"
    ]
    if not asked:
        return
    for item in _describe(api, pipeline_id, asked):
        if moment := texts(item).get("@firstActivationTime"):
            state.activated_at = moment
            state.notes.append(
                f"The first activation is what Schedule `{item['id']}` says of itself; check that the intervals of past runs "
                "begin at it."
            )
            return
    state.notes.append(
        "The account does not say when the pipeline was first activated, and its Schedule starts with that: "
        "convert it with --activated-at."
    )


class _Search:
    """Looks for the last finished instance of each object, latest windows first.

    An instance's id tells its object and its interval's start, so that only the last of each has to be described.

    :param wanted: ids of the objects that it does not end without
    """

    def __init__(self, api: Api, pipeline_id: str, wanted: Collection[str]) -> None:
        self._api = api
        self._pipeline_id = pipeline_id
        self._wanted = wanted
        self._last: dict[str, str] = {}
        self._odd: dict[str, None] = {}
        self.notes: list[str] = []

    def run(self, latest: datetime) -> None:
        """Search backwards from the latest run."""
        until: str | None = None
        for window in _WINDOWS:
            since = (latest - window).strftime(_FORMAT)
            if not self._query(_since(since, until)):
                self.notes.append(
                    f"There are too many finished runs since {since} to look at all: objects may have finished more than is "
                    "said here."
                )
            if not self._open():
                return
            until = since
        for component in self._open():
            if not self._query(_selector("@componentParent", "REF_EQ", component)):
                self._last.pop(component, None)
                self.notes.append(
                    f"`{component}` has too many finished runs, none of them recent: where it stopped was not found."
                )

    def gaps(self, latest: datetime) -> None:
        """Take note of recent intervals that did not finish although later ones of the same object did."""
        since = (latest - _WINDOWS[-1]).strftime(_FORMAT)
        open_: dict[str, list[str]] = {}
        for name in self._ids(_NOT_DONE, _since(since, None))[0]:
            match = _INSTANCE.fullmatch(name)
            if match and match["component"] in self._wanted and name < self._last.get(match["component"], ""):
                open_.setdefault(match["component"], []).append(match["start"])
        for component, starts in sorted(open_.items()):
            self.notes.append(
                f"`{component}` did not finish {counted(len(starts), 'interval')} before the last that it finished, the first from "
                f"{min(starts)}: whoever carries on behind that one passes them over."
            )

    def ends(self) -> dict[str, str]:
        """Return the ends of the intervals that were found, by object."""
        ends: dict[str, str] = {}
        for item in _describe(self._api, self._pipeline_id, [*self._last.values(), *self._odd]):
            fields = texts(item)
            component, end = fields.get("@componentParent"), fields.get("@scheduledEndTime")
            if component and end:
                ends[component] = max(end, ends.get(component, ""))
        return dict(sorted(ends.items()))

    def _open(self) -> list[str]:
        return sorted(set(self._wanted) - set(self._last))

    def _query(self, selector: dict[str, Any]) -> bool:
        """Take note of the finished instances that a selector chooses; tell whether all could be seen."""
        ids, complete = self._ids(_DONE, selector)
        for name in ids:
            match = _INSTANCE.fullmatch(name)
            if match is None:
                self._odd[name] = None
            else:
                # Ids of one object differ in the moment alone, so that the greatest is the last.
                self._last[match["component"]] = max(name, self._last.get(match["component"], ""))
        return complete

    def _ids(self, statuses: Sequence[str], selector: dict[str, Any]) -> tuple[list[str], bool]:
        """Return the instances in some statuses that a selector chooses, and whether these are all."""
        return self._api.pages(
            "query_objects",
            "ids",
            limit=_PAGES,
            pipelineId=self._pipeline_id,
            sphere="INSTANCE",
            query={"selectors": [_selector("@status", "EQ", *statuses), selector]},
        )


def _since(since: str, until: str | None) -> dict[str, Any]:
    if until is None:
        return _selector("@scheduledStartTime", "GE", since)
    return _selector("@scheduledStartTime", "BETWEEN", since, until)


def _selector(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"fieldName": key, "operator": {"type": operator, "values": list(values)}}


def _describe(api: Api, pipeline_id: str, ids: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for chosen in batches(ids):
        items, _ = api.pages(
            "describe_objects", "pipelineObjects", pipelineId=pipeline_id, objectIds=list(chosen)
        )
        found += items
    return found


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
