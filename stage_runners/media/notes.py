"""Notes on the audio track that was chosen."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note


def notes(film: FilmFacts) -> Iterator[Note]:
    """Which track and channel were transcribed, if the film has several or the choice is a guess."""
    demux = film.of("demux")
    track = str(demux.get("audio_track_chosen") or "")
    doubtful = bool(demux.get("audio_track_doubtful"))
    if track and (doubtful or demux.get("other_audio_tracks")):
        yield Note(f"audio: {track}", look=doubtful)
    if people := list(map(str, demux.get("perhaps_people") or ())):
        yield Note(
            f"only this track was transcribed; if each track is one person ({', '.join(people)}): "
            "--speakers-by-track",
            look=True,
        )
    if apart := list(demux.get("speakers_apart") or ()):
        yield Note(f"audio: a speaker in each {demux.get('speakers_by')}: {'; '.join(map(str, apart))}")
    if channel := str(demux.get("audio_channel") or ""):
        unsure = bool(demux.get("audio_channel_doubtful"))
        remedy = "; choose with --audio-channel left, right, centre or a number" if unsure else ""
        if "another speaker in each channel" in channel:
            remedy = "; to tell them apart by it: --speakers-by-channel"
        yield Note(f"audio: {channel}{remedy}", look=unsure)
