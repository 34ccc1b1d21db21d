"""The one model behind every spelling of a pipeline definition: objects whose fields are tuples of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from datapipeline_converters.errors import Problem


@dataclass(frozen=True)
class Ref:
    """A field value that refers to another object by id."""

    id: str


Value: TypeAlias = str | Ref


@dataclass(frozen=True)
class PipelineObject:
    """One object as it was written, before inheritance.

    :param id: unique within the definition
    :param name: label; equal to the id where the file gives none
    :param type: Data Pipeline's type, None on Default and on pure parents
    :param fields: every other key with its values in order
    """

    id: str
    name: str
    type: str | None
    fields: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Parameter:
    """A declared parameter (dp-custom-templates).

    :param name: its name without the star
    :param starred: whether it was declared with a star, that is, kept encrypted
    :param kind: String, Integer, Double or AWS::S3::ObjectKey, in any case
    :param default: the values that hold when nobody gives one
    :param watermark: what the console showed in the empty box
    :param help_text: what the console showed beside the box
    :param help_link: where the console's help led to
    :param attributes: all of its attributes as they were written, its id aside
    """

    name: str
    starred: bool = False
    kind: str = "String"
    description: str = ""
    optional: bool = False
    is_array: bool = False
    default: tuple[str, ...] = ()
    allowed_values: tuple[str, ...] = ()
    watermark: str = ""
    help_text: str = ""
    help_link: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The parameter's id as it was written."""
        return f"*{self.name}" if self.starred else self.name


@dataclass(frozen=True)
class Repair:
    """Something the reader set right because its meaning was certain.

    :param place: the object and field, or the line of the file
    :param text: what was found and how it was read
    """

    place: str
    text: str


@dataclass(frozen=True)
class PipelineState:
    """What an account knows of a pipeline beyond its definition; moments are UTC without a zone.

    :param status: the service's word for it, SCHEDULED say; "" where it is not known
    :param activated_at: when it was first activated
    :param finished: the end of the last interval that each object has finished, by object id
    :param pipeline_id: its id in the account, df-...; "" where it is not known
    :param notes: what the account says beyond that, a sentence each
    """

    status: str = ""
    activated_at: datetime | None = None
    finished: Mapping[str, datetime] = field(default_factory=dict)
    pipeline_id: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """A whole pipeline definition.

    :param source: what was read, for people
    :param values: parameter values by name; a star on it makes a secret of it
    :param problems: what Data Pipeline would refuse, as far as the reader sees it
    :param name: the pipeline's name, "" where the carrier does not say
    :param description: what the carrier says of the pipeline
    :param tags: the pipeline's tags
    :param state: what the account knew of it, where it comes from one
    :param metadata: what a definition file says of itself, as published templates do; no form but the file has it
    :param part: what it is inside its file where the file may hold several: a template's logical id, Terraform's address, its
        place in a list; "" where a file is one definition
    :param left: what the reader could not decide and the user has to, a sentence each
    :param used: names of given values that the reader needed, for a template's parameter or a variable of Terraform:
        they are not values of the pipeline's own parameters
    :param place: the file that was read, None for standard input
    """

    source: str
    objects: Mapping[str, PipelineObject]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    problems: tuple[Problem, ...] = ()
    name: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    state: PipelineState = PipelineState()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    part: str = ""
    left: tuple[str, ...] = ()
    place: Path | None = field(default=None, compare=False)
