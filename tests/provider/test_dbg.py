import logging, time
from tests.provider.operators.test_shell_command_activity import *
from tests.provider.operators.test_shell_command_activity import _own_temporary_directory
def test_dbg(s3, bucket, aws_default):
    import boto3
    boto3.set_stream_logger("botocore.endpoint"); boto3.set_stream_logger("botocore.parsers"); boto3.set_stream_logger("urllib3.connectionpool"); boto3.set_stream_logger("botocore.awsrequest"); boto3.set_stream_logger("botocore.httpsession")
    s3.client().put_object(Bucket=bucket, Key="raw/1", Body=b"1\n")
    t=time.time()
    execute(command='cat "$INPUT1_STAGING_DIR"/1 > "$OUTPUT1_STAGING_DIR/x.csv"', stage=True, input=[S3DataNode(directory_path=f"s3://{bucket}/raw")],output=[S3DataNode(directory_path=f"s3://{bucket}/clean")], stdout=f"s3://{bucket}/logs/x", aws_conn_id=aws_default)
    print("TOOK", time.time()-t)
