"""Reads subtitle files that another program saved, with everything that an edit can keep."""
