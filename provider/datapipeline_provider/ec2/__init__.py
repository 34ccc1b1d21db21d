"""Machines of EC2 that a DAG run launches for its work and ends after it."""
