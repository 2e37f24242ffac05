import pytest

from stage_runners.asr.words import joined, segments, words
from stage_runners.recognition.recognizer import Token
from stage_runners.recognition.windows import Chunk

CHUNK = Chunk(10.0, 40.0, 25.0)


def tokens(*texts, start=12.0, each=0.4):
    return [Token(text, start + k * each, start + (k + 1) * each, 0.9) for k, text in enumerate(texts)]


def texts(line):
    return [(word.text, word.space) for word in line]


def test_punctuation_joins_the_word_it_belongs_to():
    line = words(tokens(" “", "Well", ",", " you", " know", "…", " “", "no", "!", "”"), CHUNK)
    assert texts(line) == [("“Well,", True), ("you", True), ("know…", True), ("“no!”", True)]
    assert joined(line) == "“Well, you know… “no!”"


def test_a_symbol_that_is_spoken_stays_a_word():
    assert texts(words(tokens(" you", " &", " me"), CHUNK)) == [("you", True), ("&", True), ("me", True)]


def test_japanese_has_no_blanks():
    line = words(tokens("今", "日", "は", "。", "雨"), CHUNK)
    assert texts(line) == [("今", False), ("日", False), ("は。", False), ("雨", False)]
    assert joined(line) == "今日は。雨"


@pytest.mark.parametrize(
    ("language", "pieces", "said"),
    [
        ("zh", "在|北|京|用|Wind|ows| 11|看|CO|VID|-|19|,|价|格|是|3|.|5|元|。|你好|!",
         "在 北 京 用 Windows _11 看 COVID-19, 价 格 是 3.5 元。 你好!"),
        ("th", "ส|ว|ั|ส|ด|ี|คร|ั|บ| |ช|ื่|อ| Google| |เ|ร|า", "ส วั ส ดี ครั บ _ชื่ อ _Google _เรา"),
        ("ja", "「|C|ustom| Speech|」|から|、|Mic|rosoft|の", "「Custom _Speech」 から、 Microsoft の"),
        ("my", "မ|င|်|္|ဂ|လ|ာ|ပ|ါ", "မ င်္ ဂ လာ ပါ"),
        ("en", " well|-|known", "_well- known"),
    ],
)  # fmt: skip
def test_scripts_without_spaces_are_cut_by_character_and_keep_foreign_words_whole(language, pieces, said):
    line = words(tokens(*pieces.split("|")), CHUNK, language=language)
    assert " ".join("_" * word.space + word.text for word in line) == said
    assert joined(line) == "".join(pieces.split("|")).strip()


def test_a_word_put_together_lasts_from_its_first_piece_to_its_last():
    line = words([Token("Wind", 12.0, 12.3, 1.0), Token("ows", 12.3, 12.8, 0.3)], CHUNK, language="ja")
    assert (line[0].text, line[0].start, line[0].end, line[0].probability) == (
        "Windows",
        12.0,
        12.8,
        pytest.approx(0.7),
    )


def test_the_timing_bias_is_subtracted_and_times_stay_in_the_window():
    line = words([Token(" a", 10.02, 10.2, 0.9), Token(" b", 39.9, 40.0, 0.9)], CHUNK, bias=0.1)
    assert [(w.start, round(w.end, 3)) for w in line] == [(10.0, 10.1), (39.8, 39.9)]
    late = words([Token(" a", 39.9, 40.0, 0.9)], CHUNK, bias=-0.3)
    assert [(w.start, w.end) for w in late] == [(40.0, 40.0)]


def test_starts_never_fall():
    line = words([Token(" a", 15, 16, 0.9), Token(" b", 14, 14.5, 0.9), Token(" c", 14.2, 17, 0.9)], CHUNK)
    starts = [word.start for word in line]
    assert starts == sorted(starts)
    assert all(word.start <= word.end for word in line)


def test_a_word_that_swallowed_a_pause_is_cut():
    line = words([Token(" Long.", 12.0, 18.0, 0.9), Token(" Next", 18.0, 25.0, 0.9)], CHUNK)
    assert (line[0].start, line[0].end) == (12.0, 13.5)  # a sentence's last word ends too late
    assert (line[1].start, line[1].end) == (23.5, 25.0)  # any other begins too early


def test_segments_end_with_sentences_and_at_pauses():
    said = [
        *tokens(" Dr.", " No", " left", ".", " Why", "?"),
        *tokens(" I", " wait", start=20.0),
        *tokens(" here", start=24.0),
    ]
    assert [joined(group) for group in segments(words(said, CHUNK))] == [
        "Dr. No left.",
        "Why?",
        "I wait",
        "here",
    ]
