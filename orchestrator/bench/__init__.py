"""`orchestrator bench`: films, subjects that run on them, measurements, tables and comparisons.

`suite` runs every subject on every film, in turn, and keeps what was measured as `results`, from which
tables, Markdown and comparisons are made. `references` and `accuracy` do the same for scores.
"""
