from __future__ import annotations

import keyword
import re
import unicodedata

import pytest
from datapipeline_converters.names import camel_case, identifier, pipeline_name, task_name, unique
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CopyActivity", "CopyActivity"),
        ("Copy-Activity 1", "Copy_Activity_1"),
        ("ActivityId_s81Qi", "ActivityId_s81Qi"),
        ("1st", "_1st"),
        ("class", "class_"),
        ("match", "match_"),
        ("print", "print_"),
        ("", "task"),
        ("数据", "task"),
        ("naïve", "na_ve"),
        ('"); import os #', "_import_os_"),
        ("a\nb", "a_b"),
    ],
)
def test_identifier(text: str, expected: str) -> None:
    assert identifier(text) == expected


def test_identifiers_that_become_one_are_told_apart() -> None:
    assert identifier("a b", {"a_b"}) == "a_b_2"
    assert identifier("a b", {"a_b", "a_b_2"}) == "a_b_3"


@given(st.text())
def test_any_text_becomes_an_identifier(text: str) -> None:
    found = identifier(text)
    assert found.isidentifier()
    assert found.isascii()
    assert not keyword.iskeyword(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Copy-Activity 1", "Copy_Activity_1"),
        ("été", "été"),
        ("e\u0301te\u0301", "été"),
        ("日本", "日本"),
        ("\ufb01n", "fin"),
        ("1日", "_1日"),
        ("日" * 50, "日" * 36),
        ("…", "task"),
        ("class", "class_"),
    ],
)
def test_task_name(text: str, expected: str) -> None:
    assert task_name(text) == expected


@given(st.text())
def test_any_text_becomes_a_task_name(text: str) -> None:
    found = task_name(text)
    assert found.isidentifier()
    assert re.fullmatch(r"[\w.-]{1,250}", found)  # what Airflow takes
    assert unicodedata.normalize("NFKC", found) == found  # what Python makes of it
    assert len(found.encode()) <= 112


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nightly", "nightly"),
        ("My Pipeline (prod)", "My_Pipeline_prod"),
        ("a.b-c", "a_b-c"),
        ("../../etc/passwd", "etc_passwd"),
        ("...", "pipeline"),
        ("CON", "CON_"),  # Windows takes no file CON.py
        ("nul", "nul_"),
        ("com1_", "com1_"),
        ("LPT9", "LPT9_"),
        ("console", "console"),
    ],
)
def test_pipeline_name(text: str, expected: str) -> None:
    assert pipeline_name(text) == expected


def test_an_environment_stands_behind_the_name() -> None:
    assert pipeline_name("a b", "dev") == "a_b_dev"
    assert pipeline_name("...", "dev") == "pipeline_dev"
    assert pipeline_name("CON_", "dev") == "CON_dev"


def test_two_long_names_and_an_environment_make_an_id_that_airflow_takes() -> None:
    name, schedule = pipeline_name("x" * 300, "e" * 20), identifier("y" * 300)
    assert name.endswith("x_" + "e" * 20)
    assert len(f"{name}_{schedule}") <= 250


def test_unique_and_camel_case() -> None:
    assert unique("a", set()) == "a"
    assert unique("a", {"a"}) == "a_2"
    assert camel_case("s3_encryption_type") == "s3EncryptionType"
    assert camel_case("jdbc_driver_jar_uri") == "jdbcDriverJarUri"
