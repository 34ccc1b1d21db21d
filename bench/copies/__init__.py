"""How fast, and in how much memory, rows are copied: ours, Airflow's own operators and the machine's limits, beside each other."""
