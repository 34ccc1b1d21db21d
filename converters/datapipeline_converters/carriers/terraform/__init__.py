"""Reads pipelines from Terraform: blocks, expressions, templates, and what stands in the other files of the folder."""
