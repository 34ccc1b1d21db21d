"""Pipelines of the corpus that work on clusters, and their failing twins. Scripts, jars and data that they name are ours."""

from __future__ import annotations

from tests.corpus_runs.pipeline import BOOTSTRAP, MOMENT, NOW, TOPIC, Pipeline

SPLITTER = """\
#!/usr/bin/env python3
import sys
for line in sys.stdin:
    for word in line.split():
        print(f"LongValueSum:{word}\\t1")
"""
WORDS = {
    "s3://elasticmapreduce/samples/wordcount/input/0001": "a b\n",
    "s3://elasticmapreduce/samples/wordcount/input/0002": "a\n",
    "s3://elasticmapreduce/samples/wordcount/wordSplitter.py": SPLITTER,
}
COUNTED = ("a\t2", "b\t1")

STREAMING = [
    Pipeline(
        "dp-launch-emr-jobflow-cli.md__block1.json",
        1,
        "streaming step",
        options=("--backfill",),
        objects=WORDS,
        left={"s3://myawsbucket/wordcount/output/2012-11-21T06:48:00/": COUNTED},
    ),
    Pipeline(
        "hadoop-activity-world-count-fair.json",
        2,
        "HadoopActivity",
        values={
            "myPipelineLogUri": "s3://logs/",
            "myOutputFolder": "s3://etl/words",
            "myFairConfig": "s3://etl/fair.xml",
        },
        options=NOW,
        undone="--fair-config-copy-file",
        objects=WORDS,
        buckets=("logs",),
        steps=2,
        left={f"s3://etl/words/{MOMENT}/queue_{number}/": COUNTED for number in (1, 2)},
    ),
]
# Of the steps of this one, the first is what its `enableDebugging` asks for.
TERASORT = Pipeline(
    "TeraSortHadoopBenchmark.json",
    4,
    "HadoopActivity",
    values={"myS3Path": "s3://tera"},
    options=NOW,
    objects={
        "s3://datapipeline-samples/HadoopTerasort/process-jhist.sh": "aws s3 cp s3://tera/HadoopTerasort/validate/part-r-00000 $1/counted\n"
    },
    jars={
        "s3://datapipeline-us-east-1/sample-scripts/HadoopTeraSort/hadoop-examples-1.0.3.jar": "hadoop-examples"
    },
    steps=5,
    left={
        "s3://tera/HadoopTerasort/output/": tuple(f"{row:010}" for row in range(1, 11)),
        "s3://tera/HadoopTerasort/test-results/": ("10 rows",),
    },
)
SPARK = [
    Pipeline(
        "SparkPi-maximizeResource.json",
        1,
        "spark-submit",
        values={"myPipelineLogUri": "s3://logs/"},
        buckets=("logs",),
        said=("Pi is roughly 3.1",),
    ),
    Pipeline(
        "yaetos__definition.json",
        1,
        "spark-submit",
        values={
            "myPipelineLogUri": "s3://logs/",
            "myBootstrapAction": "s3://etl/setup.sh,numbers",
            "myEmrStep": (
                "command-runner.jar,bash,-c,cat ~/bootstrapped | aws s3 cp - s3://etl/ready",
                "command-runner.jar,spark-submit,--deploy-mode,client,s3://etl/job.py,s3://etl/in,s3://etl/out",
            ),
            "mySubnet": "subnet-1",
            "myTaskInstanceType": "m5.xlarge",
            "myTaskInstanceCount": "1",
        },
        objects={
            "s3://etl/setup.sh": BOOTSTRAP,
            "s3://etl/in": "1\n2\n3\n",
            "s3://etl/job.py": """\
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
rows = spark.read.csv(sys.argv[1], schema="n INT")
rows.selectExpr("sum(n)").coalesce(1).write.csv(sys.argv[2])
""",
        },
        buckets=("logs",),
        steps=2,
        left={"s3://etl/out": ("6",), "s3://etl/ready": ("numbers",)},
    ),
]
JESSE = Pipeline(
    "spark-fat-jar-template__datapipeline.json",
    1,
    "spark-submit",
    values={
        "myEmrStep": "command-runner.jar,spark-submit,--deploy-mode,client,--master,yarn,--class,SparkJob,s3://etl/job.jar,s3://etl/in,s3://etl/out",
        "mySuccessSNSTopicARN": TOPIC,
        "myFailureSNSTopicARN": TOPIC,
        "myBootstrapAction": "s3://etl/setup.sh",
        "myTaskInstanceType": "m5.xlarge",
        "myTaskInstanceCount": "1",
    },
    options=("--start", "2024-03-01"),
    objects={"s3://etl/setup.sh": BOOTSTRAP, "s3://etl/in": "x\ny\nx\n"},
    jars={"s3://etl/job.jar": "spark-job"},
    left={"s3://etl/out": ("x,2", "y,1")},
    alarms=("Spark Job Success",),
)
SHELL = Pipeline(
    "mohankrishna225__DataPipeline__datapipeline.json",
    1,
    "shell command on a cluster",
    objects={
        "s3://project/bin/scripts/RunPython.sh": "python3 -c 'print(6 * 7)' | aws s3 cp - s3://project/answer\n"
    },
    left={"s3://project/answer": ("42",)},
)
SQOOP_SCRIPTS = {
    "s3://data-pipeline-samples/sqoop-activity/install_sqoop_ba.sh": "echo installed > ~/sqoop\n",
    "s3://data-pipeline-samples/sqoop-activity/mysql_create_table.sh": "echo $1/$2 as $3 > ~/table\n",
    "s3://data-pipeline-samples/sqoop-activity/run_sqoop_job.sh": """\
set -e
aws s3 cp "$5" rows
cat ~/sqoop ~/table rows | aws s3 cp - s3://loaded/$4
""",
}
SQOOP = [
    Pipeline(
        end,
        1,
        "scripts by script-runner",
        values={
            "myRdsEndpoint": "db.example.com",
            "myRdsDatabase": "shop",
            "myRdsTable": "orders",
            "myS3Input": "s3://etl/rows",
            "myRdsDbUsername": "sam",
        },
        variables={"secret_myRdsDbPassword": "open sesame"},
        options=NOW,
        objects={**SQOOP_SCRIPTS, "s3://etl/rows": "1,x\n"},
        steps=2,
        left={"s3://loaded/orders": ("1,x", "db.example.com/shop as sam", "installed")},
    )
    for end in ("samples__sqoop__setup.json", "RDStoRedshiftSqoop__setup__setup.json")
]
GOOD = [*STREAMING, TERASORT, *SPARK, JESSE, SHELL, *SQOOP]
BROKEN = [
    STREAMING[0].twin(
        "MyEmrActivity",
        ("Input path does not exist",),
        without=tuple(WORDS)[:2],
    ),
    TERASORT.twin("TeraGen_1GB", ("(404)",), without=tuple(TERASORT.jars), steps=1),
    JESSE.twin(
        "EmrActivityObj",
        ("Path does not exist",),
        without=("s3://etl/in",),
        alarms=("Spark Job Failure",),
    ),
    SHELL.twin(
        "ShellCommandActivityId_hA57k",
        ("no such module",),
        objects={"s3://project/bin/scripts/RunPython.sh": "echo no such module >&2\nexit 1\n"},
    ),
    SQOOP[0].twin("ActivityId_6vvjv", ("(404)",), without=("s3://etl/rows",), steps=1),
    SQOOP[1].twin(
        "create_EmrClusterId_itsxt",
        ("bootstrap action 1 returned a non-zero return code",),
        objects={"s3://data-pipeline-samples/sqoop-activity/install_sqoop_ba.sh": "exit 3\n"},
        ended="BOOTSTRAP_FAILURE",
    ),
]
