"""Work on EMR clusters: their life, their steps, and the logs that steps leave."""
