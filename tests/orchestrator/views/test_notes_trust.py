from orchestrator.views import trusted

CLEAN = {name: {"count": 0, "seconds": 0.0} for name in ("dropped", "flagged", "recovered", "empty")}


def film(asr, **subtitles):
    return {
        "stages": [{"stage": "asr", "facts": asr}, {"stage": "subtitles", "facts": {"cues": 9} | subtitles}]
    }


def told(asr, **subtitles):
    return list(trusted.sentences(film(asr, **subtitles)))


def test_of_a_film_that_nothing_speaks_against_nothing_is_said():
    assert told(CLEAN, coverage=0.97, unsupported=0.05) == []
    assert told({}) == []


def test_both_figures_stand_together_whichever_is_bad():
    for coverage, unsupported in ((0.71, 0.02), (0.99, 0.4)):
        ((sentence, look),) = told(CLEAN, coverage=coverage, unsupported=unsupported)
        assert f"{coverage:.0%} of the speech" in sentence
        assert f"{unsupported:.0%} of their time" in sentence
        assert look


def test_what_was_left_out_is_said_with_where_to_find_it():
    asr = CLEAN | {"dropped": {"count": 2, "seconds": 3.0}, "empty": {"count": 1, "seconds": 4.2}}
    (sentence, look), (figures, poor) = told(asr, coverage=0.95, unsupported=0.05)
    assert sentence == (
        "left out 2 lines that nobody said, understood nothing in 1 place where somebody speaks (4 s); the .json says where and why, under doubts"
    )
    assert look
    assert "95%" in figures
    assert not poor


def test_a_line_that_was_found_late_is_told_and_alarms_nobody():
    (sentence, look), _ = told(
        CLEAN | {"recovered": {"count": 1, "seconds": 2.0}}, coverage=0.95, unsupported=0.05
    )
    assert sentence.startswith("heard 1 line only at a second look")
    assert not look


def test_places_that_had_to_go_without_a_second_look_are_counted():
    asr = CLEAN | {"second_looks": {"taken": 9, "most": 9, "missed": 4}}
    assert "4 places more" in told(asr)[0][0]
