"""How long sensors wait where Data Pipeline sets no limit, and how often they look."""

from __future__ import annotations

from datetime import timedelta

POLL_SECONDS = 60.0
WITHOUT_LIMIT = timedelta(days=365)  # Data Pipeline waits for ever; Airflow's own default is a week
# What runs every day may wait for the end of the longest period, three years, and then for the work itself.
WITHOUT_LIMIT_FOR_PRODUCERS = timedelta(days=4 * 365)
