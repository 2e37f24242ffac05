"""A translator that reads letters backwards: all that a new way to translate needs."""

from __future__ import annotations

from ipc.declaration import Backend, Resources, Stage
from stage_runners.translation import by_text, thresholds
from stage_runners.translation.declared import FROM_TEXT, TARGET, TRANSLATED

STAGE = Stage(
    name="translation",
    version=1,
    backends=(Backend(device="cpu", env="nlp", runner="tests.stage_runners.translation.toy_translator"),),
    inputs=FROM_TEXT,
    outputs=TRANSLATED,
    params=(TARGET,),
    resources=Resources(cores=1, memory_mb=100),
    thresholds=thresholds.FROM_TEXT,
)


def load(params, device):
    """Nothing to load."""


def run(loaded, inputs, context):
    """Write `segments` and `words`."""
    by_text.run(Backwards(), inputs, context)


class Backwards:
    """See `stage_runners.translation.translator.TextTranslator`."""

    method, placeholder, batch, in_order = "backwards", "XQ{}", 2, False

    def begin(self, film):
        """Nothing."""

    def refusal(self, language, target):
        return "" if target == "en" else f"backwards has no {target}"

    def translate(self, lines, target, attempt):
        return [
            " ".join(word if "XQ" in word else word[::-1] for word in line.text.split()) for line in lines
        ]
