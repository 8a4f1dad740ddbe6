"""`make bench`: how well, how fast and at what cost articles are found. Figures, not tests: nothing here fails.

Runs on articles it generates, or with a data folder on the real ones. Leaves out: answers (`onrecord eval`).
"""
