"""Triggers: what the sensors wait for in Airflow's triggerer."""
