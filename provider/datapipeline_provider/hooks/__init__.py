"""Clients of databases."""
