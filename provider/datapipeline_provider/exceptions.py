"""The errors the provider raises; each takes facts and writes the sentence."""

from __future__ import annotations


class DatapipelineError(Exception):
    """Base class of all errors of this provider."""
