"""The checks: each looks at one side of a definition and yields what breaks a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from datapipeline_converters.validation.checks.advice import check_advice
from datapipeline_converters.validation.checks.expressions import check_expressions
from datapipeline_converters.validation.checks.fields import check_fields
from datapipeline_converters.validation.checks.limits import check_limits
from datapipeline_converters.validation.checks.parameters import check_parameters
from datapipeline_converters.validation.checks.references import check_references
from datapipeline_converters.validation.checks.required import check_required
from datapipeline_converters.validation.checks.schedules import check_schedules
from datapipeline_converters.validation.checks.types import check_types
from datapipeline_converters.validation.checks.values import check_values
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

Check: TypeAlias = Callable[[Subject], Iterator[Finding]]

# Those that may find what `convert` refuses, and those that never do.
REFUSING: Sequence[Check] = (
    check_types,
    check_required,
    check_references,
    check_values,
    check_expressions,
    check_schedules,
)
CHECKS: Sequence[Check] = (*REFUSING, check_fields, check_parameters, check_advice, check_limits)
