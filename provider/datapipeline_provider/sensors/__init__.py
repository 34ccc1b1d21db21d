"""Sensors that wait as AWS Data Pipeline's preconditions do."""
