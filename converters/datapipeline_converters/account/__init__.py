"""A live AWS account: its pipelines' definitions and what it knows of their runs, read and written to files."""
