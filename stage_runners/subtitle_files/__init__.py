"""Reads subtitle files (SubRip, WebVTT, ASS, SSA): what scoring, sync, import and known texts have in common.

`entries.read` finds the timed entries of a text with their place in it, and changes nothing. `markup` takes
the text of an entry apart, `speeches` says who speaks which lines of it. `plain_cues.plain_cues` does all of
it for a stage that only wants times, words and speakers. Standard library only: the orchestrator reads the
file of a known text in its own process.
"""
