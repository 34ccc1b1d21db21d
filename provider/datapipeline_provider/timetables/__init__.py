"""Timetables that run when AWS Data Pipeline would have run."""
