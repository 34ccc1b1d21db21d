"""Real definitions from the corpus, run from end to end: converted by the command, and run by Airflow on the test servers."""
