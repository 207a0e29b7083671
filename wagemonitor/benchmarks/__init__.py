"""What the portal promises about its speed (`docs/benchmarks.md`), measured: one class a row, see `base.Benchmark`.

Every row sets ours beside the limit (what the database itself needs for the same rows) and the peers (what others
would install), all in one run on one machine, in turns. Only the ratios mean anything elsewhere.
"""
