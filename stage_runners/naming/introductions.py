"""Everyday phrases in which people introduce themselves and call one another, a few for each language.

A language without an entry gives no evidence. `phrases` reads sentences with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """A language's phrases around names, as regular expressions that ignore case.

    `clear` and `plain` come before the name, `clear_after` and `plain_after` after it. In languages with the
    verb last, `named_after` follows a name after `clear`. `presenting` comes before the name too ("this is"),
    but introduces anybody: it counts with `behind` after it ("... speaking") or a `greeting` before it.
    `greetings` come before a name without a comma. What begins with one of `telling` after "Raj," is about
    Raj ("Raj, who ..."). `where` may follow the name in an introduction ("in Texas"); `asking` in its place
    makes it a question without a question mark. `common` means that without a cast no word of the language's
    dictionary is a name.
    """

    clear: str = ""
    plain: str = ""
    clear_after: str = ""
    named_after: str = ""
    plain_after: str = ""
    presenting: str = ""
    behind: str = ""
    greeting: str = ""
    greetings: str = ""
    where: str = ""
    asking: str = ""
    common: bool = False
    telling: str = ""


LANGUAGES: Mapping[str, Phrases] = {
    "en": Phrases(
        clear=r"my name is|my name's|the name is|the name's",
        plain=r"i am|i'm|it's me",
        presenting=r"this is",
        greeting=r"hello|hi|good morning|good afternoon|good evening",
        behind=r"speaking|calling|reporting",
        # Whisper writes "Sheila and Texas" for "Sheila in Texas"
        where=r",?\s*(?:in|from) (?-i:[A-Z])|,?\s+and (?:this is|I|my)\b|\s+and (?-i:[A-Z])(?!.*'s\b)",
        greetings=r"hey|hi|hello|oh|ah|no|yes|well|okay|ok|please|sorry|thanks|thank you|thank you so much|"
        r"thank you very much|bye|goodbye|"
        r"good morning|good evening|good night|good afternoon|come on|dear|my dear",
        telling=r"who|whom|whose|which|my|his|her|our|their|your|the|a|an|and|or",
    ),
    "de": Phrases(
        common=True,
        clear=r"mein name ist|ich heiße|ich heisse",
        plain=r"ich bin",
        presenting=r"hier ist|hier spricht",
        greeting=r"hallo|hi|guten morgen|guten tag|guten abend",
        greetings=r"hallo|hey|hi|ach|oh|nein|ja|na|also|bitte|danke|danke schön|vielen dank|tschüss|guten "
        r"morgen|guten tag|guten abend|gute nacht|liebe|lieber|komm",
        telling=r"der|die|das|den|dem|dessen|deren|mein|meine|sein|seine|ihr|ihre|unser|unsere|und|oder",
    ),
    "fr": Phrases(
        common=True,
        clear=r"je m'appelle|mon nom est|mon nom c'est",
        plain=r"je suis|moi c'est",
        presenting=r"ici",
        greeting=r"bonjour|bonsoir|allô|salut",
        greetings=r"bonjour|bonsoir|salut|merci|merci beaucoup|au revoir|oh|ah|non|oui|bon|allô|s'il te "
        r"plaît|s'il vous plaît|cher|chère|mon cher|ma chère",
        telling=r"qui|que|dont|mon|ma|son|sa|notre|leur|le|la|l'\w+|un|une|et|ou",
    ),
    "es": Phrases(
        common=True,
        clear=r"me llamo|mi nombre es",
        plain=r"yo soy|soy",
        greetings=r"hola|oye|oiga|gracias|muchas gracias|adiós|ay|oh|no|sí|bueno|buenos días|buenas tardes|"
        r"buenas noches|por favor|querido|querida",
        telling=r"que|quien|cuyo|mi|su|nuestro|nuestra|el|la|un|una|y|o",
    ),
    "cs": Phrases(
        common=True,
        clear=r"jmenuji se|jmenuju se|moje jméno je|mé jméno je",
        plain=r"já jsem|jsem",
        presenting=r"tady je",
        greeting=r"dobrý den|dobré ráno|dobrý večer|ahoj|haló",
        greetings=r"ahoj|čau|nazdar|dobrý den|dobré ráno|dobrý večer|dobrou noc|děkuji|děkuju|díky|prosím|"
        r"ne|ano|jo|no|ach|hej|milý|milá",
        telling=r"který|která|jehož|můj|moje|jeho|její|náš|naše|a|nebo",
    ),
    "hi": Phrases(
        clear=r"मेरा नाम|mera naam",
        named_after=r"है|hai",
        asking=r"क्या|कौन|kya|kaun",
        plain=r"मैं|main",
        plain_after=r"हूँ|हूं|hoon|hun",
        greetings=r"अरे|ओ|हाँ|हां|नहीं|नमस्ते|नमस्कार|धन्यवाद|शुक्रिया|सुनो|प्लीज़|हैलो|arre|are|namaste|"
        r"shukriya|dhanyavaad|suno|haan|nahin|hello|hi",
        telling=r"जो|जिस|मेरा|मेरी|उसका|उसकी|हमारा|हमारी|और|या|jo|mera|meri|aur|ya",
    ),
    "ja": Phrases(
        clear=r"私の名前は|わたしの名前は|僕の名前は|ぼくの名前は|俺の名前は",
        named_after=r"です|だ|でございます",
        clear_after=r"と申します",
        plain=r"私は|わたしは|僕は|ぼくは|俺は|あたしは",
        plain_after=r"です|だ|だよ|よ",
        greetings=r"ねえ|ねぇ|おい|あの|ああ|はい|いいえ|うん|こんにちは|おはよう|おはようございます|ありがとう|ありがとうございます|さようなら",
    ),
}  # fmt: skip
