"""The copy engine: moves records between databases and S3 with bounded memory.

A copy has a source and a sink. `planning` looks at both and picks the first route that fits: routes that use more
of what the two ends can do come first, the plain one, record by record, fits everything and comes last.
"""
