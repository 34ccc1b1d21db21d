"""Knows which resources of a template have a name that the template itself says, and what an ARN is made of.

The tables are of CloudFormation's resource reference ("Return values" of each type).
"""

from __future__ import annotations

# The property that `Ref` gives, by resource type.
NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::EC2::KeyPair": "KeyName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::Redshift::Cluster": "ClusterIdentifier",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
}
# What `Ref` gives where it is an ARN, and what `Fn::GetAtt` gives; `{}` is the name, the other words are pseudo parameters.
_TOPIC = "arn:{Partition}:sns:{Region}:{AccountId}:{}"
REFERENCES = {"AWS::SNS::Topic": ("TopicName", _TOPIC)}
ATTRIBUTES = {
    ("AWS::S3::Bucket", "Arn"): ("BucketName", "arn:{Partition}:s3:::{}"),
    ("AWS::S3::Bucket", "DomainName"): ("BucketName", "{}.s3.amazonaws.com"),
    ("AWS::SNS::Topic", "TopicArn"): ("TopicName", _TOPIC),
    ("AWS::SNS::Topic", "TopicName"): ("TopicName", "{}"),
    ("AWS::SQS::Queue", "QueueName"): ("QueueName", "{}"),
    ("AWS::SQS::Queue", "Arn"): ("QueueName", "arn:{Partition}:sqs:{Region}:{AccountId}:{}"),
    ("AWS::DynamoDB::Table", "Arn"): ("TableName", "arn:{Partition}:dynamodb:{Region}:{AccountId}:table/{}"),
    ("AWS::Lambda::Function", "Arn"): (
        "FunctionName",
        "arn:{Partition}:lambda:{Region}:{AccountId}:function:{}",
    ),
}
