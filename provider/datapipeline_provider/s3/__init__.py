"""Addresses, listings, downloads and uploads of S3, over a boto3 client that the caller gives."""
