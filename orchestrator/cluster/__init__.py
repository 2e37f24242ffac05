"""A run on many machines: who gets which film, what a machine must have, and one state for all of them.

Ray starts one worker on each machine (or GPU), and tells which of them are alive. Only
`orchestrator.cluster.on_ray` imports it, in the environment `cluster`. A worker is the same
`orchestrator run --json --films-from -` that anybody can start; it does the work, and its events come here.
"""
