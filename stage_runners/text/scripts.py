"""Languages as translation models name them, and the scripts of languages.

The codes are those of FLORES-200 (NLLB Team, 2022), on which NLLB-200 and IndicTrans2 were trained: ISO 639-3
and ISO 15924.
"""

from __future__ import annotations

import unicodedata

from stage_runners.text.iso639 import language
from stage_runners.text.thresholds import SCRIPTS

_FLORES = """
af afr_Latn|am amh_Ethi|ar arb_Arab|as asm_Beng|az azj_Latn|ba bak_Cyrl|be bel_Cyrl|bg bul_Cyrl
bn ben_Beng|bo bod_Tibt|bs bos_Latn|ca cat_Latn|cs ces_Latn|cy cym_Latn|da dan_Latn|de deu_Latn
el ell_Grek|en eng_Latn|es spa_Latn|et est_Latn|eu eus_Latn|fa pes_Arab|fi fin_Latn|fo fao_Latn
fr fra_Latn|gl glg_Latn|gu guj_Gujr|ha hau_Latn|he heb_Hebr|hi hin_Deva|hr hrv_Latn|ht hat_Latn
hu hun_Latn|hy hye_Armn|id ind_Latn|is isl_Latn|it ita_Latn|ja jpn_Jpan|jw jav_Latn|jv jav_Latn
ka kat_Geor|kk kaz_Cyrl|km khm_Khmr|kn kan_Knda|ko kor_Hang|lb ltz_Latn|ln lin_Latn|lo lao_Laoo
lt lit_Latn|lv lvs_Latn|mg plt_Latn|mi mri_Latn|mk mkd_Cyrl|ml mal_Mlym|mn khk_Cyrl|mr mar_Deva
ms zsm_Latn|mt mlt_Latn|my mya_Mymr|ne npi_Deva|nl nld_Latn|nn nno_Latn|no nob_Latn|oc oci_Latn
or ory_Orya|pa pan_Guru|pl pol_Latn|ps pbt_Arab|pt por_Latn|ro ron_Latn|ru rus_Cyrl|sa san_Deva
sd snd_Arab|si sin_Sinh|sk slk_Latn|sl slv_Latn|sn sna_Latn|so som_Latn|sq als_Latn|sr srp_Cyrl
su sun_Latn|sv swe_Latn|sw swh_Latn|ta tam_Taml|te tel_Telu|tg tgk_Cyrl|th tha_Thai|tk tuk_Latn
tl tgl_Latn|tr tur_Latn|tt tat_Cyrl|uk ukr_Cyrl|ur urd_Arab|uz uzn_Latn|vi vie_Latn|yi ydd_Hebr
yo yor_Latn|yue yue_Hant|zh zho_Hans
"""
"""Whisper's languages without Breton, Hawaiian and Latin, which NLLB-200 does not have."""
FLORES = dict(entry.split() for entry in _FLORES.strip().replace("\n", "|").split("|"))
INDIC = frozenset({"as", "bn", "gu", "hi", "kn", "ml", "mr", "ne", "or", "pa", "sa", "sd", "ta", "te", "ur"})
"""The languages of IndicTrans2 among them, besides English."""

_SCRIPTS = {
    "Latn": "LATIN",
    "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI",
    "Beng": "BENGALI",
    "Arab": "ARABIC",
    "Hebr": "HEBREW",
    "Grek": "GREEK",
    "Thai": "THAI",
    "Laoo": "LAO",
    "Mymr": "MYANMAR",
    "Khmr": "KHMER",
    "Tibt": "TIBETAN",
    "Geor": "GEORGIAN",
    "Armn": "ARMENIAN",
    "Ethi": "ETHIOPIC",
    "Hang": "HANGUL CJK",
    "Jpan": "HIRAGANA KATAKANA CJK",
    "Hans": "CJK",
    "Hant": "CJK",
    "Taml": "TAMIL",
    "Telu": "TELUGU",
    "Knda": "KANNADA",
    "Mlym": "MALAYALAM",
    "Guru": "GURMUKHI",
    "Gujr": "GUJARATI",
    "Orya": "ORIYA",
    "Sinh": "SINHALA",
}
_ALSO_LATIN = frozenset({"sr", "uz", "az", "tk", "kk", "bs"})
"""Languages with two alphabets, one of them Latin."""
_ALSO_CYRILLIC = frozenset({"uz", "az", "tk", "bs"})
_DENSITY = {"Hans": 0.35, "Hant": 0.35, "Jpan": 0.5, "Hang": 0.55}
"""Characters of a script for one of an alphabet: rough, to detect impossible lengths."""


def flores(code: str) -> str | None:
    """The FLORES-200 code of the language with this ISO 639 code; None if it has none."""
    return FLORES.get(code) or FLORES.get(language(code).code)


def as_written(code: str, text: str) -> str:
    """The language of the text by its script: Hindi in Arabic letters is written Urdu, and the other way
    round.

    The spoken languages are alike, and small Whisper models write either script.
    """
    other = {"hi": "ur", "ur": "hi"}.get(language(code).code)
    if other is None or share_written_in(text, code)[0] >= SCRIPTS.written:
        return code
    return other if share_written_in(text, other)[0] >= SCRIPTS.written else code


def name(code: str) -> str:
    """The language's English name, or its code."""
    return language(code).name


def scripts(code: str) -> frozenset[str]:
    """The scripts of the language, each as the first word of its characters' names; empty if unknown."""
    plain = language(code).code
    if plain in {"br", "haw", "la"}:
        return frozenset({"LATIN"})
    found = flores(plain)
    names = _SCRIPTS.get(found.partition("_")[2], "").split() if found else []
    return frozenset(
        [
            *names,
            *(["LATIN"] if plain in _ALSO_LATIN else []),
            *(["CYRILLIC"] if plain in _ALSO_CYRILLIC else []),
        ]
    )


def density(code: str) -> float:
    """Characters of the language for one of an alphabet."""
    found = flores(code)
    return _DENSITY.get(found.partition("_")[2], 1.0) if found else 1.0


def script_of(char: str) -> str:
    """The script of a letter, or of a mark on one, as the first word of its name; empty for anything else."""
    if not char.isalpha() and unicodedata.category(char)[0] != "M":
        return ""
    try:
        return unicodedata.name(char).split()[0].partition("-")[0]
    except ValueError:
        return ""


def share_written_in(text: str, code: str) -> tuple[float, int]:
    """The share of the letters of `text` in the language's scripts, and the number of letters."""
    wanted = scripts(code)
    found = [script for char in text if (script := script_of(char)) and char.isalpha()]
    return (sum(script in wanted for script in found) / len(found) if found else 1.0), len(found)
