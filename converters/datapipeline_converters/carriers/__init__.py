"""Readers: one for each form in which users hold definitions, all giving the same model."""
