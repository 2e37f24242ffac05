"""One file a stage and backend: `load(params, device)` and `run(model, inputs, context)`."""
