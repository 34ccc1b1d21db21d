"""The record formats of Data Pipeline that the provider reads and writes."""
