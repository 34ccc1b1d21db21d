"""Converts the two example definitions and runs them here: Airflow, PostgreSQL and S3 on loopback."""
