"""The service behind `orchestrator serve`: a queue that survives kills, and one runner that films go through.

Everything here but `orchestrator.serve.web` imports what the orchestrator imports, so it is tested without
the environment `serve`. `web` has Starlette, and runs in that environment alone.
"""
