"""Apache Airflow provider that mirrors AWS Data Pipeline's activities, preconditions and schedules."""
