"""What runs inside Airflow: a process of its own loads generated files and answers questions about them.

Nothing else of the converters may import this package: it is the one part that imports Airflow.
"""
