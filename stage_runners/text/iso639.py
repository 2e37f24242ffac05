"""Names and codes of Whisper's languages: ISO 639-1, and 639-2 as Matroska and MP4 use it."""

from __future__ import annotations

from dataclasses import dataclass

_TABLE = """
af afr Afrikaans|am amh Amharic|ar ara Arabic|as asm Assamese|az aze Azerbaijani|ba bak Bashkir
be bel Belarusian|bg bul Bulgarian
bn ben Bengali|bo tib/bod Tibetan|br bre Breton|bs bos Bosnian|ca cat Catalan|cs cze/ces Czech
cy wel/cym Welsh|da dan Danish
de ger/deu German|el gre/ell Greek|en eng English|es spa Spanish|et est Estonian|eu baq/eus Basque
fa per/fas Persian|fi fin Finnish
fo fao Faroese|fr fre/fra French|gl glg Galician|gu guj Gujarati|ha hau Hausa|haw haw Hawaiian|he heb Hebrew
hi hin Hindi
hr hrv Croatian|ht hat Haitian Creole|hu hun Hungarian|hy arm/hye Armenian|id ind Indonesian
is ice/isl Icelandic|it ita Italian
ja jpn Japanese|jw jav Javanese|jv jav Javanese|ka geo/kat Georgian|kk kaz Kazakh|km khm Khmer|kn kan Kannada
ko kor Korean
la lat Latin|lb ltz Luxembourgish|ln lin Lingala|lo lao Lao|lt lit Lithuanian|lv lav Latvian|mg mlg Malagasy
mi mao/mri Maori
mk mac/mkd Macedonian|ml mal Malayalam|mn mon Mongolian|mr mar Marathi|ms may/msa Malay|mt mlt Maltese
my bur/mya Burmese
ne nep Nepali|nl dut/nld Dutch|nn nno Norwegian Nynorsk|no nor Norwegian|oc oci Occitan|pa pan Punjabi
pl pol Polish|ps pus Pashto
pt por Portuguese|ro rum/ron Romanian|ru rus Russian|sa san Sanskrit|sd snd Sindhi|si sin Sinhala
sk slo/slk Slovak|sl slv Slovenian
sn sna Shona|so som Somali|sq alb/sqi Albanian|sr srp Serbian|su sun Sundanese|sv swe Swedish|sw swa Swahili
ta tam Tamil
te tel Telugu|tg tgk Tajik|th tha Thai|tk tuk Turkmen|tl tgl Tagalog|tr tur Turkish|tt tat Tatar
uk ukr Ukrainian|ur urd Urdu
uz uzb Uzbek|vi vie Vietnamese|yi yid Yiddish|yo yor Yoruba|yue yue Cantonese|zh chi/zho Chinese
"""


@dataclass(frozen=True)
class Language:
    """A language: `bibliographic` is the ISO 639-2/B code that Matroska uses, `terminologic` the 639-2/T of
    MP4.
    """

    code: str
    bibliographic: str
    terminologic: str
    name: str


def _languages() -> dict[str, Language]:
    found = {}
    for entry in _TABLE.replace("\n", "|").strip("|").split("|"):
        code, codes, name = entry.split(" ", 2)
        first, _, second = codes.partition("/")
        found[code] = Language(code, first, second or first, name)
    return found


LANGUAGES = _languages()
_BY_ANY = {c: lang for lang in LANGUAGES.values() for c in (lang.terminologic, lang.bibliographic, lang.code)}


def language(code: str) -> Language:
    """The language with this code, of two or three letters; an unknown one has its code as its name, and
    `und` for two letters.
    """
    plain = code.lower().replace("_", "-").partition("-")[0]
    return _BY_ANY.get(plain) or Language(
        plain, plain if len(plain) == 3 else "und", plain if len(plain) == 3 else "und", code
    )


def same_language(first: str, second: str) -> bool:
    """Whether two codes, such as `en` and `eng`, name the same language; False for an empty one."""
    return bool(first and second) and language(first).terminologic == language(second).terminologic
