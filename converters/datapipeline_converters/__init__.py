"""Converts AWS Data Pipeline definitions to Apache Airflow DAGs."""
