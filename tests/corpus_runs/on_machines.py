"""Pipelines of the corpus that work on machines or from a worker, and their failing twins. Scripts and data are ours."""

from __future__ import annotations

from tests.corpus_runs.pipeline import NOW, STAMP, Pipeline

ON_EC2 = ("--run-on", "ec2")
PARALLEL = Pipeline(
    "MutilpleDependencies.json",
    3,
    "shell commands on a machine",
    options=ON_EC2,
    said=("asd\n", "xyz\n", "zxc\n"),
)
HELLO = [
    Pipeline(
        "dp-object-schedule.md__block1.json",
        1,
        "shell commands on a machine",
        options=(*ON_EC2, *NOW),
        said=("Hello World!\n",),
    ),
    Pipeline(
        "awscc_datapipeline_pipeline__main.tf",
        1,
        "shell commands on a machine",
        options=ON_EC2,
        said=("Hello from Data Pipeline\n",),
    ),
]
SCRIPT = Pipeline(
    "iwishidknown__pipelinedef.json",
    1,
    "script on a machine",
    options=(*ON_EC2, *NOW),
    objects={"s3://iwishidknown/iwishidknown.sh": "echo $((6 * 7)) | aws s3 cp - s3://iwishidknown/answer\n"},
    left={"s3://iwishidknown/answer": ("42",)},
)
STAGED = [
    Pipeline(
        "shellcommandwiths3stagingdir.json",
        1,
        "staging on a machine",
        values={"myS3StagingPath": "s3://etl/scripts/"},
        options=(*ON_EC2, *NOW),
        objects={"s3://etl/scripts/bashscript.sh": "echo $2, $1\n"},
        said=("world, hello\n",),
    ),
    Pipeline(
        "aws-datapipeline-shellcommand-activity__data_pipeline.json",
        1,
        "staging on a machine",
        values={
            "myS3InputLoc": "s3://etl/in",
            "myS3OutputLoc": "s3://etl/out",
            "myShellCmd": "sort ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/sorted",
        },
        options=ON_EC2,
        objects={"s3://etl/in/one": "b\n", "s3://etl/in/two": "a\n"},
        left={f"s3://etl/out/{STAMP}/sorted": ("a", "b")},
    ),
]
GREP = Pipeline(
    "get-pipeline-definition.rst__block1.json",
    1,
    "staging on a machine",
    values={"myS3OutputLoc": "s3://etl/out"},
    options=(*ON_EC2, *NOW),
    objects={"s3://us-east-1.elasticmapreduce.samples/pig-apache-logs/data/log": "GET /\nPUT /\nGET /a\n"},
    left={f"s3://etl/out/{STAMP}/output.txt": ("2",)},
)
CLI = [
    Pipeline(
        "data-pipelines__s3-to-s3__definition.json",
        1,
        "AWS command line on a machine",
        options=ON_EC2,
        objects={"s3://s3-eventbridge-batch/sample-data.txt": "1,x\n"},
        buckets=("elasticbeanstalk-us-east-1-111122223333",),
        left={"s3://elasticbeanstalk-us-east-1-111122223333/sample-data.txt": ("1,x",)},
    ),
    Pipeline(
        "cloudformation__datapipeline__s3-to-s3.yaml",
        1,
        "AWS command line on a machine",
        values={"InputPath": "s3://etl/in.txt", "OutputPath": "s3://etl/out.txt"},
        options=ON_EC2,
        objects={"s3://etl/in.txt": "1,x\n"},
        left={"s3://etl/out.txt": ("1,x",)},
    ),
    Pipeline(
        "pipeline_definition_test.go__complete.tf",
        1,
        "AWS command line on a machine",
        options=(*ON_EC2, *NOW),
        said=("123456789012",),
    ),
]
PERSONS = "1,a@example.com,NY,10001,1 Main St\n"
LOAD = "cat ~/persons.csv | aws s3 cp - s3://loaded/${4#--red_tbl=}\n"
DATABASE = [
    Pipeline(
        end,
        3,
        "SqlActivity and shell",
        values=values,
        options=ON_EC2,
        variables={"secret_myRDSUsername": "sam", "secret_myRDSPassword": "open sesame"},
        database="RDSPostgres",
        objects={
            "s3://s3-eventbridge-batch/persons.csv": PERSONS,
            "s3://s3-eventbridge-batch/psql-copy-s3-rds.sh": LOAD,
        },
        left={"s3://loaded/persons": (PERSONS.strip(),)},
        rows={"SELECT count(*) FROM persons": [(0,)]},
    )
    for end, values in {
        "s3_to_rds__postgres-definition.json": {"myRDSjdbcstring": "jdbc:postgresql://db/shop"},
        "s3-to-rds-postgres.yaml": {
            "myRDSjdbcstring": "jdbc:postgresql://db/shop",
            "myInputS3Loc": "s3://s3-eventbridge-batch",
        },
    }.items()
]
COPY = Pipeline(
    "MsSqlRdsToS3Template.json",
    1,
    "CopyActivity",
    values={"myRDSTableName": "analysts"},
    database="DatabaseId_k7IGj",
    sql="CREATE TABLE analysts (id INT, name TEXT); INSERT INTO analysts VALUES (1, 'Ann, M.'), (2, NULL)",
    instances=0,
    buckets=("kddptest",),
    left={"s3://kddptest/": ("1,Ann\\, M.", "2,\\n")},
)
GOOD = [PARALLEL, *HELLO, SCRIPT, *STAGED, GREP, *CLI, *DATABASE, COPY]
BROKEN = [
    HELLO[1].twin(
        "ShellCommandActivity",
        ("no such luck", "exit code 3"),
        values={"myShellCmd": "echo no such luck >&2; exit 3"},
    ),
    SCRIPT.twin("ActivityId_qyoFQ", ("(404)",), without=tuple(SCRIPT.objects)),
    GREP.twin("ShellCommandActivityObj", ("was not copied to this machine",), without=tuple(GREP.objects)),
    CLI[0].twin("CliActivity", ("(404)",), without=tuple(CLI[0].objects)),
    DATABASE[0].twin(
        "CreateTable",
        ("syntax error",),
        values={**DATABASE[0].values, "myRDSCreateTableSql": "CREATE TABEL persons (id INT)"},
        rows={},
    ),
    COPY.twin("RDStoS3CopyActivity", ('relation "analysts" does not exist',), sql="SELECT 1"),
]
