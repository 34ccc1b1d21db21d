"""Every place where a secret stands in plain text is found, and nothing is said of the value."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.plain_secrets import find_plain_secrets

from tests.converters.planned import ref, shell

WORD = "hunter2"
DATABASE = {"id": "Db", "type": "JdbcDatabase", "*password": "#{*myPw}"}
STARRED, NAMED = "value of a field that is kept secret", "value of what is named like a secret"
FLOWING = "value that ends in a secret field"
Found = list[tuple[str, str]]


def found(objects: list[dict[str, Any]], **rest: Any) -> Found:
    definition = definition_file.read({"objects": objects, **rest}, "x.json")
    secrets = find_plain_secrets(definition)
    assert WORD not in repr(secrets)
    return [(secret.place, secret.kind) for secret in secrets]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([DATABASE | {"*password": WORD}], [("object `Db`, field `*password`", STARRED)]),
        ([shell("A", myDbPassword=WORD)], [("object `A`, field `myDbPassword`", NAMED)]),
        ([shell("A", command=f"mysql -p{WORD}")], [("object `A`, field `command`", "password")]),
        (
            [shell("A", command=f"x --password {WORD}; PGPASSWORD={WORD} psql https://u:{WORD}@h")],
            [
                ("object `A`, field `command`", "password in a URL"),
                ("object `A`, field `command`", "password"),
            ],
        ),
        (
            [shell("A", scriptArgument=["--password", WORD])],
            [("object `A`, field `scriptArgument`", "password")],
        ),
        (
            [shell("A", scriptArgument=[f"--password={WORD}"])],
            [("object `A`, field `scriptArgument`", "password")],
        ),
        (
            [{"id": "E", "type": "EmrActivity", "step": f"s3://b/x.jar,--password,{WORD},x"}],
            [("object `E`, field `step`", "password")],
        ),
        (
            [{"id": "Q", "type": "SqlActivity", "script": f"create user u password '{WORD}'"}],
            [("object `Q`, field `script`", "password")],
        ),
        (
            [DATABASE | {"connectionString": f"jdbc:mysql://h/d?user=u&password={WORD}"}],
            [("object `Db`, field `connectionString`", "password in a URL")],
        ),
        (
            [{"id": "N", "type": "S3DataNode", "filePath": f"s3n://KEY:{WORD}@bucket/x"}],
            [("object `N`, field `filePath`", "password in a URL")],
        ),
        (
            [shell("A", command="x AKIAIOSFODNN7EXAMPLE")],
            [("object `A`, field `command`", "AWS access key id")],
        ),
        (
            [shell("A", command=f"curl -H 'Authorization: Bearer {WORD}'")],
            [("object `A`, field `command`", "token")],
        ),
        (
            [shell("A", command="x --password #{myOwn}", myOwn=WORD)],
            [("object `A`, field `myOwn`", FLOWING)],
        ),
        (
            [DATABASE | {"*password": WORD}, shell("A", command=f"./y {WORD}")],
            [("object `Db`, field `*password`", STARRED), ("object `A`, field `command`", "password")],
        ),
        (
            [DATABASE | {"*password": "secret"}, shell("A", command="./y secret")],
            [("object `Db`, field `*password`", STARRED)],
        ),
        ([DATABASE], []),
        ([DATABASE | {"*password": ""}], []),
        ([DATABASE | {"*password": "****"}], []),
        ([shell("A", command="mysql -p#{*myPw} -P 3306", myDb=ref("Db"))], []),
        ([{"id": "E", "type": "Ec2Resource", "keyPair": "my-key-pair", "securityGroups": "token"}], []),
    ],
)
def test_places_in_objects(objects: list[dict[str, Any]], expected: Found) -> None:
    assert found(objects) == expected


@pytest.mark.parametrize(
    ("parameters", "values", "expected"),
    [
        ([{"id": "*myPw", "default": WORD}], {}, [("parameter `*myPw`, attribute `default`", STARRED)]),
        ([{"id": "*myPw"}], {"*myPw": WORD}, [("value of parameter `*myPw`", STARRED)]),
        ([{"id": "myDbPassword"}], {"myDbPassword": WORD}, [("value of parameter `myDbPassword`", NAMED)]),
        ([{"id": "myX", "default": WORD}], {}, [("parameter `myX`, attribute `default`", FLOWING)]),
        (
            [{"id": "myCommand", "default": f"mysql -p{WORD}"}],
            {},
            [("parameter `myCommand`, attribute `default`", "password")],
        ),
        (
            [{"id": "myList", "isArray": "true", "default": ["--password", WORD]}],
            {},
            [("parameter `myList`, attribute `default`", "password")],
        ),
        ([], {"myList": ["--password", WORD]}, [("value of parameter `myList`", "password")]),
        ([], {"myCommand": f"mysql -p{WORD}"}, [("value of parameter `myCommand`", "password")]),
        ([], {"*myPw": f"mysql -p{WORD}"}, [("value of parameter `*myPw`", "password")]),
        (
            [{"id": "myCommand", "description": f"mysql -p{WORD}"}],
            {},
            [("parameter `myCommand`, attribute `description`", "password")],
        ),
        ([{"id": "*myPw", "description": "The password", "type": "String"}], {}, []),
        ([{"id": "*myPw"}], {"*myPw": "#{myOther}"}, []),
        ([{"id": "myTable", "default": "t"}], {"myTable": "u"}, []),
    ],
)
def test_places_in_parameters(
    parameters: list[dict[str, Any]], values: dict[str, Any], expected: Found
) -> None:
    objects = [shell("A", command="mysql -p#{*myPw} -h x"), DATABASE | {"*password": "#{myX}"}]
    assert found(objects, parameters=parameters, values=values) == expected
