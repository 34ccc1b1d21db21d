"""Every expression form that public definitions use (names shortened), and what is wrong in them."""

from __future__ import annotations

import pytest
from datapipeline_converters.expressions import ExpressionError, names, parse

FORMS = [
    "#{node.@pipelineId}",
    "#{node.name} #{node.pipelineLogUri} #{node.errorStackTrace} #{node.hostname} #{node.cancellationReason}",
    "#{myOutputS3Loc}/#{format(@scheduledStartTime, 'YYYY-MM-dd-HH-mm-ss')}",
    "#{format(minusDays(@scheduledStartTime,1),'YYYY-MM-dd')}",
    "#{format(@actualStartTime, 'YYYY-MM-dd-HH-mm-ss')}",
    "#{format(node.@scheduledStartTime,'YYYY-MM-dd')}",
    "#{*myRDSPassword}",
    "#{myInputTsvFilesS3Loc_1}",
    "s3://dynamodb-emr-#{myDDBRegion}/x.jar,org.apache.Tool,#{output.directoryPath},#{input.tableName}",
    "(cd ${INPUT1_STAGING_DIR} && tar -xf *) && echo ${#HOME} #{myShellCmd}",
    "insert into #{table} (id, name) values(?, ?);",
    "#{user}",
]


@pytest.mark.parametrize("text", FORMS)
def test_form_is_read(text: str) -> None:
    assert list(names(parse(text)))


def test_what_is_no_expression_is_said() -> None:
    with pytest.raises(ExpressionError, match="a name holds no blanks"):
        parse("step: #{sqoop command}")
