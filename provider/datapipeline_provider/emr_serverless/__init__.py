"""Work on EMR Serverless: applications, and steps of Spark and Hive said as job runs."""
