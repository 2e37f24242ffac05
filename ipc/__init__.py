"""The contract between the orchestrator and its stages: protocol, artifacts, the child's loop.

Usable without the orchestrator. `ipc.protocol` and `ipc.errors` need only the standard library; the
artifact half (`ipc.schemas`, `ipc.artifacts`) needs pyarrow and numpy and imports them inside functions.
"""

CONTRACT = 1
"""Version of everything in this package that both sides must agree on. It is part of every store key."""
