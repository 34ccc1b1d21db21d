"""Converting again: knows what was written before, what a person changed in it, and how both come together."""

from __future__ import annotations

from datapipeline_converters.reconversion.base import Identity
from datapipeline_converters.reconversion.difference import difference
from datapipeline_converters.reconversion.earlier import EarlierNames
from datapipeline_converters.reconversion.reconcile import Mode, Reconciled, reconcile
from datapipeline_converters.reconversion.secrets import secret_texts

__all__ = ["EarlierNames", "Identity", "Mode", "Reconciled", "difference", "reconcile", "secret_texts"]
