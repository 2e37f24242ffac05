"""Random speech for tests of layout: words of any length, script and distance, untimed or overlapping."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.stage_runners.rows import segment, word

TEXTS = st.one_of(
    st.sampled_from(
        ["I", "the", "and", "of", "well,", "Yes.", "No!", "really?", "Dr.", "J.", "—", "…", "«ano»"]
    ),
    st.text("abcdefghijklmnop", min_size=1, max_size=14),
    st.text("abc/-_.", min_size=30, max_size=90),
    st.text("これはテスト字幕です。、「」ー漢", min_size=1, max_size=40),
    st.text("नमस्ते", min_size=1, max_size=9),
)


@st.composite
def talk(draw):
    clock = 0.0
    speaker = None
    words = []
    number = 0
    for _ in range(draw(st.integers(0, 40))):
        clock = max(0.0, clock + draw(st.sampled_from([0.0, 0.0, 0.02, 0.05, 0.3, 1.1, 9.0])))
        length = draw(st.sampled_from([0.0, 0.01, 0.08, 0.2, 0.35, 0.7, 3.0, 9.0]))
        if draw(st.integers(0, 4)) == 0:
            speaker = draw(st.sampled_from([None, "SPEAKER_00", "SPEAKER_01", "SPEAKER_02"]))
            number += 1
        timed = draw(st.integers(0, 6)) > 0
        words.append(
            word(
                draw(TEXTS),
                clock if timed else None,
                clock + length if timed else None,
                speaker=speaker,
                segment=number,
                space=draw(st.integers(0, 5)) > 0,
            )
        )
        clock += draw(st.sampled_from([length, length, length, length / 2]))
    segments = []
    for key in dict.fromkeys(w["segment"] for w in words):
        own = [w for w in words if w["segment"] == key]
        times = [w["start"] for w in own if w["start"] is not None]
        start = min(times, default=segments[-1]["start"] if segments else 0.0)
        end = max([start, *(w["end"] for w in own if w["end"] is not None)])
        segments.append(segment(key, start, end, speaker=own[0]["speaker"]))
    return segments, words


def bare(text):
    return "".join(text.split())


def with_their_tokens(cues, cut):
    """Pair every cue with the tokens it shows."""
    place = 0
    for cue in cues:
        first = place
        text = bare("".join(line.text for line in cue.lines))
        while text:
            assert text.startswith(bare(cut[place].text))
            text = text[len(bare(cut[place].text)) :]
            place += 1
        yield cue, cut[first:place]
    assert place == len(cut)
