"""Legacy code pages are told by the language of the text, or else by its bytes."""

from __future__ import annotations

import json
import subprocess

import pytest

from stage_runners.text.code_pages import read_text
from tests.stage_runners.spec import ROOT, python_of

SAID = {
    "cp1252": ("fr", "C\u2019\u00e9tait d\u00e9j\u00e0 l\u2019\u00e9t\u00e9, \u00e0 No\u00ebl"),
    "cp1250": ("cs", "P\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148"),
    "iso8859_2": ("cs", "P\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148"),
    "cp1251": ("ru", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?"),
    "koi8_r": ("ru", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?"),
    "cp1256": ("ar", "\u0645\u0631\u062d\u0628\u0627 \u064a\u0627 \u0635\u062f\u064a\u0642\u064a\u060c"),
    "cp1255": ("he", "\u05e9\u05dc\u05d5\u05dd, \u05de\u05d4 \u05e9\u05dc\u05d5\u05de\u05da?"),
    "cp932": ("ja", "\u3053\u3093\u306b\u3061\u306f\u3001\u5143\u6c17\u3067\u3059\u304b"),
    "euc_jp": ("ja", "\u3053\u3093\u306b\u3061\u306f\u3001\u5143\u6c17\u3067\u3059\u304b"),
    "iso2022_jp": ("ja", "\u3053\u3093\u306b\u3061\u306f\u3001\u5143\u6c17\u3067\u3059\u304b"),
    "gb18030": ("zh", "\u4f60\u597d\uff0c\u4eca\u5929\u5929\u6c14\u5f88\u597d"),
    "big5": ("zh", "\u4f60\u597d\uff0c\u4eca\u5929\u5929\u6c23\u5f88\u597d"),
    "cp949": ("ko", "\uc548\ub155\ud558\uc138\uc694, \uc798 \uc9c0\ub0b4\uc138\uc694?"),
    "cp874": ("th", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a"),
}
_READ = """
import json, sys
from stage_runners.text.code_pages import read_text
rows = json.load(sys.stdin)
print(json.dumps([read_text(bytes.fromhex(data), spoken).text for data, spoken in rows]))
"""


def test_the_language_decides_between_code_pages_that_all_give_letters():
    rows = [(f"{text}\n{text}\n".encode(codec).hex(), spoken) for codec, (spoken, text) in SAID.items()]
    done = subprocess.run(
        [python_of("nlp"), "-P", "-c", _READ], input=json.dumps(rows), cwd=ROOT, text=True, check=True,
        capture_output=True, env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert json.loads(done.stdout) == [f"{text}\n{text}\n" for _, text in SAID.values()]


def test_a_western_text_of_an_unknown_language_is_windows_1252():
    assert read_text("Jos\u00e9 \u2013 caf\u00e9\n".encode("cp1252")).encoding == "Windows-1252"


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_the_encoding_that_the_file_names_is_taken_if_the_bytes_fit(codec):
    assert read_text("Jos\u00e9".encode(codec), declared=codec).text == "Jos\u00e9"
