"""The examples from definition to data; the tests share one running Airflow, and a package can end it behind the last of them."""
