"""`orchestrator review`: the report of a film with editing, served to this machine only.

`server` answers requests (`guard` checks who may send them), `desk` is the film under review, `saving` turns
the page's cues into edits, `again` runs the film again, and `streams` sends film and audio in parts.
"""
