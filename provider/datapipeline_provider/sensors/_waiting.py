"""How long sensors wait where Data Pipeline sets no limit, how often they look, and how patient they are."""

from __future__ import annotations

from datetime import timedelta

POLL_SECONDS = 60.0
# For so long a service may not answer before a check has failed, and so often it is asked meanwhile.
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 5.0
WITHOUT_LIMIT = timedelta(days=365)  # Data Pipeline waits for ever; Airflow's own default is a week
# What runs every day may wait for the end of the longest period, three years, and then for the work itself.
WITHOUT_LIMIT_FOR_PRODUCERS = timedelta(days=4 * 365)
