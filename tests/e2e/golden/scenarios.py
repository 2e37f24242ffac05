"""The runs whose results are held: a film, and the options it is run with.

A scenario's film is `demo`, made from the recording that pyannote.audio ships, or a folder of shared
recordings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """One run: a name, a film and options; `cast` adds `--cast` with names from the film's reference text."""

    name: str
    film: str
    options: tuple[str, ...] = ()
    cast: bool = False


EVERY_FILE = ("--output-format", "all")

PACKAGED = (
    Scenario("demo", "demo", EVERY_FILE),
    Scenario(
        "demo-sdh-mp4",
        "demo",
        (*EVERY_FILE, "--profile", "netflix-sdh", "--speaker-labels", "all", "--sounds", "--container",
        "mp4"),
    ),
    Scenario("demo-cast", "demo", ("--speakers", "SPEAKER_01=Rita"), cast=True),
    Scenario("demo-plain", "demo", ("--no-diarize", "--no-names", "--no-shots", "--profile", "bbc",
    "--model", "tiny.en")),
    Scenario("demo-clip", "demo", ("--clip", "8-22", "--subtitle-format", "both", "--burn-in", "spoken")),
)  # fmt: skip

_CASES = (
    "ted", "tracks", "phone", "timit_dialogue", "fillets_cs", "hindi", "no_speech",
    "azure_en-US", "azure_de-DE", "azure_es-ES", "azure_fr-FR", "azure_ja-JP",
    *(f"ami_trn0{number}" for number in range(1, 10)),
)  # fmt: skip

SHARED = (
    *(Scenario(case, case, EVERY_FILE) for case in _CASES),
    Scenario("fillets_cs-en", "fillets_cs", ("--target-language", "en", "--subtitle-format", "both")),
    Scenario("hindi-en", "hindi", ("--target-language", "en", "--profile", "youtube")),
    Scenario("ted-netflix-mp4", "ted", ("--profile", "netflix", "--container", "mp4", "--mark-pauses", "3")),
    Scenario("tracks-clip", "tracks", ("--clip", "20-50", "--subtitle-format", "ass", "--replace-existing")),
    Scenario("timit-cast", "timit_dialogue", ("--audience", "children"), cast=True),
    Scenario("phone-attention", "phone", ("--align-model", "attention", "--num-speakers", "2")),
)
