"""A runner whose CPU is right and whose other devices are wrong as the parameter `fault` names."""

from __future__ import annotations

from ipc.declaration import Stage

STAGE = Stage(name="faulty", version=1, backends=(), inputs=(), outputs=())

TURNS = [
    (0.5, 2.0, "A"),
    (2.2, 5.1, "B"),
    (5.3, 6.0, "A"),
    (6.4, 9.0, "B"),
    (9.1, 12.7, "A"),
    (13.0, 19.5, "B"),
]


def load(params, device):
    if device != "cpu" and params.get("fault") == "dies":
        import os
        import signal

        os.kill(os.getpid(), signal.SIGABRT)
    return device


def run(model, inputs, context):
    rows = TURNS if model == "cpu" else FAULTS[context.params["fault"]](TURNS)
    context.method = f"on {model}"
    context.fact("seconds", 20.0)
    context.save(
        "turns",
        {
            "start": [start for start, _, _ in rows],
            "end": [end for _, end, _ in rows],
            "speaker": [speaker for _, _, speaker in rows],
            "confidence": [float("nan") if context.params["fault"] == "nan" and model != "cpu" else 0.5]
            * len(rows),
        },
    )


FAULTS = {
    "none": lambda turns: turns,
    "rounding": lambda turns: [(a + 0.001, b - 0.001, who) for a, b, who in turns],
    "shift": lambda turns: [(a + 0.25, b + 0.25, who) for a, b, who in turns],
    "swap": lambda turns: [
        (a, b, {"A": "B", "B": "A"}[who] if at > 3 else who) for at, (a, b, who) in enumerate(turns)
    ],
    "nan": lambda turns: turns,
    "lost": lambda turns: turns[:-1],
    "dies": lambda turns: turns,
}
