"""The service as the machine starts it: a unit of systemd, or a property list of launchd."""
