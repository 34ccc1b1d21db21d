"""Data Pipeline's activities as Airflow operators."""
