"""From a plan to Python source: quoting, layout and imports, and nothing about Data Pipeline or Airflow's meaning."""
