"""The HTTP side of the service. It has Starlette, and runs in the environment `serve` alone."""
