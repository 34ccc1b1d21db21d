"""Notifiers that do what AWS Data Pipeline's actions do."""
