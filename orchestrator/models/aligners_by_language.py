"""The models that align the words of each language: the one table of `--align-model auto`.

`auto` takes for each language of a film the first that is there: a packaged aligner (`PACKAGED`), then the
models of `of_language` in their order. Only what is on this disk is used
(`orchestrator.models.aligners_here`); `to_pull` is what to download. The wav2vec2 models are those of
WhisperX 3.8's table, from the Hub; for the other languages Meta's MMS, and Qwen3's aligner. A licence is as
the model's page on the Hub states it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipc.whisper_languages import LANGUAGES
from stage_runners.qwen.languages import ALIGNED

PACKAGED = {"en": "pocketsphinx"}
"""The aligner of a language that is part of the stage's packages: it needs no download."""


@dataclass(frozen=True, kw_only=True)
class AlignerModel:
    """A model for alignment: its Hub id, its licence (an SPDX id where it has one), its download in MB."""

    id: str
    licence: str
    download_mb: int
    languages: frozenset[str]

    @property
    def non_commercial(self) -> bool:
        """Whether its licence forbids commercial use: then it is only pulled by somebody who was told."""
        return "-NC-" in self.licence


_APACHE, _NON_COMMERCIAL, _OWN = "Apache-2.0", "CC-BY-NC-4.0", "see its page"
_BASE_MB, _LARGE_MB, _BILLION_MB = 380, 1270, 3860
"""wav2vec2 in its three sizes: 95, 316 and 965 million parameters in float32."""

_XLSR = {
    "ar": "arabic", "de": "german", "el": "greek", "es": "spanish", "fa": "persian", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "ja": "japanese", "nl": "dutch", "pl": "polish",
    "pt": "portuguese", "ru": "russian", "zh": "chinese-zh-cn",
}  # fmt: skip
"""jonatasgrosman's XLSR-53 networks by language; one recipe, Apache-2.0."""
_VOXPOPULI = ("de", "es", "fr", "it")
"""WhisperX's choice for these four is a network of 380 MB from VoxPopuli, for non-commercial use alone."""
_OTHERS = (
    ("ca", "softcatala/wav2vec2-large-xlsr-catala", _APACHE, _LARGE_MB),
    ("cs", "comodoro/wav2vec2-xls-r-300m-cs-250", _APACHE, _LARGE_MB),
    ("da", "saattrupdan/wav2vec2-xls-r-300m-ftspeech", _OWN, _LARGE_MB),
    ("eu", "stefan-it/wav2vec2-large-xlsr-53-basque", _APACHE, _LARGE_MB),
    ("gl", "ifrz/wav2vec2-large-xlsr-galician", _OWN, _LARGE_MB),
    ("he", "imvladikon/wav2vec2-xls-r-300m-hebrew", _OWN, _LARGE_MB),
    ("hi", "theainerd/Wav2Vec2-large-xlsr-hindi", _OWN, _LARGE_MB),
    ("hr", "classla/wav2vec2-xls-r-parlaspeech-hr", _OWN, _LARGE_MB),
    ("id", "cahya/wav2vec2-large-xlsr-indonesian", _APACHE, _LARGE_MB),
    ("ka", "xsway/wav2vec2-large-xlsr-georgian", _APACHE, _LARGE_MB),
    ("ko", "kresnik/wav2vec2-large-xlsr-korean", _APACHE, _LARGE_MB),
    ("lv", "jimregan/wav2vec2-large-xlsr-latvian-cv", _APACHE, _LARGE_MB),
    ("ml", "gvs/wav2vec2-large-xlsr-malayalam", _APACHE, _LARGE_MB),
    ("nn", "NbAiLab/nb-wav2vec2-1b-nynorsk", _APACHE, _BILLION_MB),
    ("no", "NbAiLab/nb-wav2vec2-1b-bokmaal-v2", _APACHE, _BILLION_MB),
    ("ro", "gigant/romanian-wav2vec2", _APACHE, _LARGE_MB),
    ("sk", "comodoro/wav2vec2-xls-r-300m-sk-cv8", _APACHE, _LARGE_MB),
    ("sl", "anton-l/wav2vec2-large-xlsr-53-slovenian", _APACHE, _LARGE_MB),
    ("sv", "KBLab/wav2vec2-large-voxrex-swedish", "CC0-1.0", _LARGE_MB),
    ("te", "anuragshas/wav2vec2-large-xlsr-53-telugu", _APACHE, _LARGE_MB),
    ("tl", "Khalsuu/filipino-wav2vec2-l-xls-r-300m-official", _APACHE, _LARGE_MB),
    ("tr", "mpoyraz/wav2vec2-xls-r-300m-cv7-turkish", "CC-BY-4.0", _LARGE_MB),
    ("uk", "Yehor/wav2vec2-xls-r-300m-uk-with-small-lm", _APACHE, _LARGE_MB),
    ("ur", "kingabzpro/wav2vec2-large-xls-r-300m-Urdu", _APACHE, _LARGE_MB),
    ("vi", "nguyenvulebinh/wav2vec2-base-vi-vlsp2020", _NON_COMMERCIAL, _BASE_MB),
    ("en", "facebook/wav2vec2-base-960h", _APACHE, _BASE_MB),
)
"""The others of WhisperX's table, and the English one where pocketsphinx cannot be installed.

`_OWN`: the pages of hi, hr and he state no licence as far as is known, da has terms of the Danish parliament
(`other`), and of gl nothing could be learnt. Setup and `models pull` ask the Hub and show what it answers.
"""

MMS = AlignerModel(
    id="MahmoudAshraf/mms-300m-1130-forced-aligner",
    licence=_NON_COMMERCIAL,
    download_mb=_LARGE_MB,
    languages=LANGUAGES - {"ja", "yue", "zh"},
)
"""MMS for alignment (Pratap et al. 2023): 1130 languages, written in Latin letters by uroman, which does not
know how Chinese characters are read in Japanese or Cantonese."""
QWEN = AlignerModel(
    id="Qwen/Qwen3-ForcedAligner-0.6B",
    licence=_APACHE,
    download_mb=1840,
    languages=ALIGNED,
)


def _model(language: str, name: str, licence: str, download_mb: int) -> AlignerModel:
    return AlignerModel(id=name, licence=licence, download_mb=download_mb, languages=frozenset({language}))


WAV2VEC2: tuple[AlignerModel, ...] = (
    *(
        _model(code, f"jonatasgrosman/wav2vec2-large-xlsr-53-{name}", _APACHE, _LARGE_MB)
        for code, name in _XLSR.items()
    ),
    *(_model(*row) for row in _OTHERS),
    *(
        _model(code, f"facebook/wav2vec2-base-10k-voxpopuli-ft-{code}", _NON_COMMERCIAL, _BASE_MB)
        for code in _VOXPOPULI
    ),
)
MODELS: tuple[AlignerModel, ...] = (*WAV2VEC2, QWEN, MMS)
"""Every model; of two for one language, the one to prefer is first. MMS is for the rest."""
OF_ANOTHER_ENVIRONMENT = {QWEN: "qwen"}
"""The models that WhisperX's environment cannot run, because its Transformers is too old: by environment."""


def of_language(language: str) -> tuple[AlignerModel, ...]:
    """The models that align a language (a code of Whisper), the best first; empty if none is known."""
    return tuple(model for model in MODELS if language in model.languages)


def to_pull(language: str) -> AlignerModel | None:
    """The model to download for a language: the best that anybody may use for anything, else the best.

    None if a packaged aligner does better, or no model is known. Tell the user its licence before it is
    downloaded.
    """
    if language in PACKAGED:
        return None
    models = of_language(language)
    return next((model for model in models if not model.non_commercial), next(iter(models), None))


def listed(name: str) -> AlignerModel | None:
    """The model of a Hub id, or None."""
    return next((model for model in MODELS if model.id == name), None)
