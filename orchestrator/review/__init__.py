"""`orchestrator review`: the report of a film with editing, from a server that only this machine and only its holder can reach.

`server` answers (who may ask what is in `guard`), `desk` is the film that is reviewed, `saving` makes the overlay out of the cues that a page
sends, `again` runs the film again, `streams` sends film and sound in pieces.
"""
