"""Says what is wrong with a definition, as AWS would: everything at once, by object, as errors and warnings."""

from __future__ import annotations

from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.judgement import refusals, validate
from datapipeline_converters.validation.rules import RULES, Level, Rule

__all__ = ["RULES", "Finding", "Level", "Rule", "refusals", "validate"]
