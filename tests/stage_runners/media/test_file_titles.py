"""Names of people in the names of files that were recorded together."""

from __future__ import annotations

import pytest

from stage_runners.media.file_titles import titles_of


@pytest.mark.parametrize(
    ("stems", "titles"),
    [
        (["anna", "ben", "carol"], ["Anna", "Ben", "Carol"]),
        (["ep12-anna-smith", "ep12-ben"], ["Anna Smith", "Ben"]),
        (["1-anna", "2-ben_0042"], ["Anna", "Ben"]),
        (["audioAnnaSmith21839201", "audioBen31839201"], ["Anna Smith", "Ben"]),
        (["riverside_anna_raw-audio_my_show_0012", "riverside_ben_raw-audio_my_show_0012"], ["Anna", "Ben"]),
        (["Folge 3 - Jörg Weiß", "Folge 3 - Zoë"], ["Jörg Weiß", "Zoë"]),
        (["track1", "track2"], ["track1", "track2"]),
        (["anna", "anna-2"], ["anna", "anna-2"]),
        (["アンナ", "ベン"], ["アンナ", "ベン"]),
    ],
)
def test_names_are_what_the_names_of_the_files_do_not_share(stems, titles):
    assert titles_of(stems) == titles
