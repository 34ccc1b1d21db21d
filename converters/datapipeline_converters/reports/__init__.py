"""What the user is told: the ledger for programs, the report for people, connections and variables for Airflow."""
