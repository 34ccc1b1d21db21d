"""The assessment of an estate: what many definitions hold, what stands in the way of moving them, and in what order to go.

One module answers one question. What concerns one pipeline is asked in `examine`, in as many processes as there are cores,
and comes back as a small `Summary`; what concerns several is asked of the summaries in `estate`.
"""
