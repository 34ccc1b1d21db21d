"""Which job a step of a cluster becomes: StartJobRun's own words, written by hand from the two command lines' references."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.emr.steps import Step
from datapipeline_provider.emr_serverless.errors import StepRefusedError
from datapipeline_provider.emr_serverless.steps import job_of

RUNNER = "command-runner.jar"
FILE = "s3://b/x.py"


def spark(*arguments: str) -> Step:
    return Step("step 1", RUNNER, ("spark-submit", *arguments))


def hive(*arguments: str) -> Step:
    return Step("script", RUNNER, ("hive-script", "--run-hive-script", "--args", *arguments))


def submitted(parameters: str = "", file: str = FILE, *arguments: str) -> dict[str, Any]:
    words = {"sparkSubmitParameters": parameters} if parameters else {}
    return {"sparkSubmit": {"entryPoint": file, "entryPointArguments": list(arguments), **words}}


SPARK = [
    ([FILE], submitted()),
    ([FILE, "--class", "a b", ""], submitted("", FILE, "--class", "a b", "")),
    (["--class", "org.X", "s3://b/x.jar", "1"], submitted("--class org.X", "s3://b/x.jar", "1")),
    (["--master", "yarn", "--deploy-mode", "cluster", "--queue", "q", FILE], submitted()),
    (["--master=yarn", "--deploy-mode=cluster", "--verbose", "-v", "--supervise", FILE], submitted()),
    (["--conf", "spark.a=1", "--conf", "spark.a=2", FILE], submitted("--conf spark.a=2")),
    (["--conf=spark.a=b=c", "-c", "spark.d=e", FILE], submitted("--conf spark.a=b=c --conf spark.d=e")),
    (["--conf", "spark.master=yarn", "--conf", "spark.submit.deployMode=client", FILE], submitted()),
    (
        ["--num-executors", "4", "--executor-memory", "2g", "--executor-cores", "2", FILE],
        submitted("--conf spark.executor.instances=4 --conf spark.executor.memory=2g --conf spark.executor.cores=2"),
    ),
    (
        ["--driver-memory", "1g", "--driver-cores", "1", "--name", "n", FILE],
        submitted("--conf spark.driver.memory=1g --conf spark.driver.cores=1 --conf spark.app.name=n"),
    ),
    (
        ["--py-files", "s3n://b/a.zip, s3://b/b.py", FILE],
        submitted("--conf spark.submit.pyFiles=s3://b/a.zip,s3://b/b.py"),
    ),
    (["--jars", "s3://b/a.jar,/usr/lib/x.jar", FILE], submitted("--conf spark.jars=s3://b/a.jar,/usr/lib/x.jar")),
    (["--packages", "g:a:1", FILE], submitted("--conf spark.jars.packages=g:a:1")),
    (["--archives", "s3://b/v.tar.gz#env", FILE], submitted("--conf spark.archives=s3://b/v.tar.gz#env")),
    (
        ["--conf", "spark.yarn.appMasterEnv.TZ=UTC", "--conf", "spark.executorEnv.TZ=UTC", FILE],
        submitted("--conf spark.emr-serverless.driverEnv.TZ=UTC --conf spark.executorEnv.TZ=UTC"),
    ),
    (["s3n://b/x.py"], submitted()),
    (["--class", "X", "local:///usr/lib/spark/x.jar"], submitted("--class X", "local:///usr/lib/spark/x.jar")),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "driver"), SPARK)
def test_spark(arguments: list[str], driver: dict[str, Any]) -> None:
    job = job_of(spark(*arguments))
    assert (job.kind, job.driver, job.configurations) == ("SPARK", driver, [])


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--name", "two words"], "spark.app.name", "two words"),
        (["--driver-java-options", "-Da=1 -Db=2"], "spark.driver.extraJavaOptions", "-Da=1 -Db=2"),
        (["--conf", 'spark.x="quoted"'], "spark.x", '"quoted"'),
        (["--conf", "spark.x=$HOME"], "spark.x", "$HOME"),
        (["--conf", "spark.x="], "spark.x", ""),
    ],
)
def test_what_would_be_taken_apart_is_no_option(arguments: list[str], name: str, value: str) -> None:
    job = job_of(spark(*arguments, "--conf", "spark.y=1", FILE))
    if value:
        assert job.driver == submitted("--conf spark.y=1")
        assert job.configurations == [{"classification": "spark-defaults", "properties": {name: value}}]
    else:
        assert job.driver == submitted(f"--conf {name}= --conf spark.y=1")


def ran(**driver: str) -> dict[str, Any]:
    return {"hive": driver}


HIVE = [
    (["-f", "s3://b/x.q"], ran(query="s3://b/x.q")),
    (
        ["-f", "s3://b/x.q", "-d", "a=1", "--hivevar", "b=s3://b/c", "-hivevar", "d=2026-11-20", "--define=e=f"],
        ran(query="s3://b/x.q", parameters="--hivevar a=1 --hivevar b=s3://b/c --hivevar d=2026-11-20 --hivevar e=f"),
    ),
    (
        ["--hiveconf", "hive.x=1", "-S", "-i", "s3://b/i.q", "--file=s3n://b/x.q"],
        ran(query="s3://b/x.q", initQueryFile="s3://b/i.q", parameters="--hiveconf hive.x=1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "driver"), HIVE)
def test_hive(arguments: list[str], driver: dict[str, Any]) -> None:
    job = job_of(hive(*arguments))
    assert (job.kind, job.driver, job.configurations) == ("HIVE", driver, [])


def test_a_setting_of_hive_with_blanks() -> None:
    job = job_of(hive("-f", "s3://b/x.q", "--hiveconf", "hive.x=a b"))
    assert job.driver == ran(query="s3://b/x.q")
    assert job.configurations == [{"classification": "hive-site", "properties": {"hive.x": "a b"}}]


def test_programs_of_old_images() -> None:
    runner = "s3://eu-west-1.elasticmapreduce/libs/script-runner/script-runner.jar"
    script = "s3://eu-west-1.elasticmapreduce/libs/hive/hive-script"
    old = ("--base-path", "s3://eu-west-1.elasticmapreduce/libs/hive/", "--hive-versions", "latest")
    step = Step("step 1", runner, (script, *old, "--run-hive-script", "--args", "-f", "s3://b/x.q"))
    assert job_of(step).driver == ran(query="s3://b/x.q")
    assert job_of(Step("step 1", runner, ("/home/hadoop/spark/bin/spark-submit", FILE))).driver == submitted()


REFUSED = [
    (Step("step 1", "s3://b/x.jar", ("in", "out")), "step 1: EMR Serverless cannot run 's3://b/x.jar'"),
    (Step("step 1", RUNNER, ("hadoop", "fs", "-ls")), "EMR Serverless cannot run 'hadoop'"),
    (Step("step 1", RUNNER), "EMR Serverless cannot run ''"),
    (Step("step 1", RUNNER, ("bash", "-c", "spark-submit x.py")), "EMR Serverless cannot run 'bash'"),
    (Step("step 1", "/usr/lib/hadoop/hadoop-streaming.jar", ("-mapper", "cat")), "cannot run '/usr/lib/hadoop"),
    (spark(), "spark-submit has no file to run"),
    (spark("--class"), "spark-submit's --class has no value"),
    (spark("/home/hadoop/x.py"), "it reads '/home/hadoop/x.py', and EMR Serverless has no machine"),
    (spark("hdfs:///x.py"), "it reads 'hdfs:///x.py'"),
    (spark("--jars", "s3://b/a.jar,lib/b.jar", FILE), "it reads 'lib/b.jar'"),
    (spark("--conf", "spark.jars=file:///b.jar", FILE), "it reads 'file:///b.jar'"),
    (spark("--properties-file", "/etc/x.conf", FILE), "nothing like spark-submit's --properties-file"),
    (spark("--proxy-user", "u", FILE), "nothing like spark-submit's --proxy-user"),
    (hive("-e", "select 1"), "nothing like Hive's -e"),
    (hive("--database", "d", "-f", "s3://b/x.q"), "nothing like Hive's --database"),
    (hive(), "EMR Serverless runs scripts in S3, and it has no -f"),
    (hive("-f", "/home/hadoop/x.q"), "its script is '/home/hadoop/x.q'"),
    (hive("-f"), "Hive's -f has no value"),
    (hive("-f", "s3://b/x.q", "-d", "a=b c"), "the variable a is 'b c', and what is given to a job has no blanks"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "said"), REFUSED)
def test_what_is_refused_says_what_to_do(step: Step, said: str) -> None:
    with pytest.raises(StepRefusedError) as refused:
        job_of(step)
    assert said in str(refused.value)
    assert str(refused.value).endswith("What has to stay as it is runs on an EMR cluster.")
