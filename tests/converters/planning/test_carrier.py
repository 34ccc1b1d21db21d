"""What a carrier says of the pipeline as a whole reaches the DAG."""

from __future__ import annotations

from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.conversion import convert
from datapipeline_converters.options import Options

TEMPLATE = """
Resources:
  Nightly:
    Type: AWS::DataPipeline::Pipeline
    Properties:
      Name: nightly
      Description: "Loads the orders.\n  Ask Zoë."
      PipelineTags:
        - {Key: team, Value: sales}
        - {Key: billed, Value: ""}
        - {Key: long, Value: "%s"}
      PipelineObjects:
        - Id: Default
          Name: Default
          Fields: [{Key: scheduleType, StringValue: ondemand}]
        - Id: Job
          Name: Job
          Fields:
            - {Key: type, StringValue: ShellCommandActivity}
            - {Key: command, StringValue: "true"}
            - {Key: workerGroup, StringValue: w}
"""


def test_description_and_tags() -> None:
    (definition,) = read_definitions(TEMPLATE % ("x" * 200), "t.yaml", {})
    (dag,) = convert(definition, Options()).plan.dags
    expected = "Loads the orders. Ask Zoë. Converted from the AWS Data Pipeline definition t.yaml"
    assert dag.description == expected
    assert dag.tags == ["data-pipeline", "team:sales", "billed", "long:" + "x" * 95]
