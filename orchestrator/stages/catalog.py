"""Lists every stage; each is declared in `stage_runners/<stage>/stage.py` with the standard library only.

Nothing here imports a stage's environment; the `hello` of the child proves that its runner is of the same
stage.
"""

from __future__ import annotations

from ipc.declaration import Stage
from stage_runners.alignment.stage import ALIGNMENT
from stage_runners.asr.stage import ASR
from stage_runners.attribution.stage import ATTRIBUTION
from stage_runners.burn.stage import BURN
from stage_runners.chapters.stage import CHAPTERS
from stage_runners.diarization.stage import DIARIZATION
from stage_runners.existing_subtitles.stage import EXISTING_SUBTITLES
from stage_runners.known_text.stage import KNOWN_TEXT
from stage_runners.media.stage import DEMUX, TEXT_TRACKS, WAVEFORM
from stage_runners.mux.stage import MUX
from stage_runners.names.stage import POST_NER, PRE_NER
from stage_runners.naming.stage import NAMING
from stage_runners.phrases.stage import PHRASES
from stage_runners.shots.stage import SHOTS
from stage_runners.sounds.stage import SOUNDS
from stage_runners.subtitles.stage import EDITS, SUBTITLES
from stage_runners.tmdb.stage import TMDB
from stage_runners.translation.stage import TRANSLATION
from stage_runners.untangling.stage import UNTANGLING
from stage_runners.vad.stage import PYANNOTE_VAD, SILERO_VAD

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        DEMUX, WAVEFORM, TEXT_TRACKS, TMDB, PRE_NER, SILERO_VAD, PYANNOTE_VAD, DIARIZATION, UNTANGLING, ASR,
        EXISTING_SUBTITLES, KNOWN_TEXT, ALIGNMENT, ATTRIBUTION, POST_NER, NAMING, PHRASES, EDITS,
        TRANSLATION, SHOTS, SOUNDS, SUBTITLES, CHAPTERS, MUX, BURN,
    )
}  # fmt: skip
"""Every stage by name, each after those that it reads from."""
