"""Real definitions for tests; they are not part of this repository and are looked for beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
MISSING = "no corpus of real definitions in ../shared/corpus"
FORMS = ("api", "architect", "cfn-json", "cfn-yaml", "dataduct", "terraform")
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=MISSING)


def files(form: str) -> list[Path]:
    """Return the corpus files of a form; none where there is no corpus."""
    return sorted((CORPUS / form).glob("*")) if CORPUS.is_dir() else []


def all_files() -> list[Path]:
    """Return the corpus files of every form; none where there is no corpus."""
    return [path for form in FORMS for path in files(form)]
