"""The channel that is transcribed: the mix, unless it loses speech that one channel has."""

import wave

import numpy as np
import pytest

from stage_runners.media import speechlike
from stage_runners.media.channel_names import channel_of, problem
from stage_runners.media.channels import BLOCK, judge, measure
from tests.stage_runners import films

RATE = speechlike.RATE
SECONDS = 24
STEREO, SURROUND = ("FL", "FR"), ("FL", "FR", "FC", "LFE", "BL", "BR")


def talk(seed, seconds=SECONDS):
    """Syllables of noise, 3 to 5 a second, with pauses: it is like speech in what is measured."""
    random = np.random.default_rng(seed)
    loudness, at = np.zeros(seconds * RATE), 0
    while at < len(loudness):
        syllable = round(random.uniform(0.12, 0.22) * RATE)
        piece = loudness[at : at + syllable]
        piece[:] = (np.hanning(syllable) * random.uniform(0.3, 1.0))[: len(piece)]
        at += syllable + round(random.choice([0.03, 0.08, 0.5], p=[0.6, 0.3, 0.1]) * RATE)
    return loudness * random.standard_normal(len(loudness)) * 0.2


def noise(seed, level):
    return np.random.default_rng(seed).standard_normal(SECONDS * RATE) * level


def verdict(*channels, names=STEREO):
    sound = (np.clip(np.stack(channels, axis=1), -1, 1) * 32767).astype(np.int16)
    return judge([measure(sound[k : k + BLOCK], names) for k in range(0, len(sound), BLOCK)], names)


def late(sound, seconds):
    return np.concatenate([np.zeros(round(seconds * RATE)), sound])[: len(sound)]


def by_turns(sound, first):
    return np.where((np.arange(len(sound)) // (2 * RATE)) % 2 == first, sound, 0)


ONE, TWO, SILENT = talk(1), talk(2), np.zeros(SECONDS * RATE)


@pytest.mark.parametrize(
    "channels",
    [
        (ONE, ONE),
        (ONE, SILENT),
        (SILENT, ONE),
        (ONE, 0.05 * ONE),
        (ONE, -0.5 * ONE),
        (ONE, late(ONE, 0.001)),
        (ONE + noise(3, 0.02), ONE + noise(4, 0.02)),
        (noise(3, 0.1), noise(4, 0.1)),
        (SILENT, SILENT),
    ],
)
def test_the_mix_stays_where_it_has_the_speech(channels):
    assert verdict(*channels) == (None, "", False) or verdict(*channels).why == ""


def test_opposite_channels_cancel_each_other_so_that_one_is_taken():
    found = verdict(ONE, -ONE)
    assert (found.channel, found.doubtful) == (0, False)
    assert "cancel each other" in found.why
    half = len(ONE) // 2
    assert verdict(np.concatenate([ONE[:half], -ONE[half:]]), ONE).channel == 0
    assert verdict(noise(3, 0.1), -noise(3, 0.1)).channel == 0, "it cancels, whatever it is"


def test_a_channel_that_noise_drowns_out_is_taken():
    found = verdict(noise(3, 0.3), ONE)
    assert (found.channel, found.doubtful) == (1, False)
    loud = [noise(seed, 0.2) for seed in range(4)]
    surround = verdict(loud[0], loud[1], ONE, SILENT, loud[2], loud[3], names=SURROUND)
    assert surround.channel == 2
    assert "in the channel FC" in surround.why
    soft = [one * 0.1 for one in loud]
    assert verdict(soft[0], soft[1], ONE, SILENT, soft[2], soft[3], names=SURROUND).channel is None


def test_two_speeches_at_once_are_as_a_language_in_each_channel():
    found = verdict(ONE, TWO)
    assert (found.channel, found.doubtful) == (0, True)
    assert "a language in each" in found.why


def test_two_speakers_by_turns_are_mixed_and_reported():
    found = verdict(by_turns(ONE, 0), by_turns(TWO, 1))
    assert (found.channel, found.doubtful) == (None, False)
    assert "another speaker in each channel" in found.why


def test_of_two_channels_one_of_which_is_late_the_first_is_taken():
    assert verdict(late(ONE, 0.4), ONE).channel == 1
    assert "late" in verdict(ONE, late(ONE, 0.4)).why


def test_channels_are_named_as_people_say_them():
    assert channel_of("left", STEREO) == 0
    assert channel_of("centre", SURROUND) == channel_of("center", SURROUND) == 2
    assert channel_of("5", SURROUND) == 5
    assert channel_of("centre", STEREO) is None
    assert channel_of("2", STEREO) is None
    assert problem("mix") is None
    assert "left, right" in problem("front").hint


env = pytest.mark.env("media")
BURSTS = films.BURSTS


def two_channels(folder, graph, name="film.mkv", layout="stereo"):
    sound = films.recording(folder / "sound.wav")
    return films.make("-i", sound, "-filter_complex", graph, "-map", "[out]", "-c:a", "flac", folder / name)


@env
def test_the_speech_of_opposite_channels_is_decoded_on_time_and_said_where_users_look(tmp_path):
    graph = "[0]asplit[a][b];[b]volume=-1[c];[a][c]amerge,aformat=channel_layouts=stereo[out]"
    film = two_channels(tmp_path, graph)
    done, samples = films.demux(film, tmp_path / "out")
    assert films.heard(samples) == pytest.approx(BURSTS, abs=0.002)
    assert "left channel: the channels cancel each other" in done.stdout + done.stderr
    _, mixed = films.demux(film, tmp_path / "mix", audio_channel="mix")
    assert not np.any(np.abs(mixed) > 3)


def unnamed(folder, count, spoken):
    """A WAV that names no channels, as Python and recorders write it; `spoken` are the gains of the talk."""
    sound = np.zeros((len(ONE), count))
    for channel, gain in spoken.items():
        sound[:, channel] = gain * ONE
    with wave.open(str(folder / "film.wav"), "wb") as sink:
        sink.setnchannels(count)
        sink.setsampwidth(2)
        sink.setframerate(RATE)
        sink.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return folder / "film.wav"


@env
@pytest.mark.parametrize(("count", "spoken"), [(2, {0: 1, 1: -1}), (6, {3: 1}), (9, {7: 1})], ids=str)
def test_speech_is_heard_in_any_channel_of_a_file_that_names_none(tmp_path, count, spoken):
    done, samples = films.demux(unnamed(tmp_path, count, spoken), tmp_path / "out")
    assert samples is not None, done.stdout + done.stderr
    assert np.abs(samples).max() > 1000


@env
def test_a_channel_without_a_name_is_chosen_by_its_number(tmp_path):
    _, samples = films.demux(unnamed(tmp_path, 10, {7: 1}), tmp_path / "out", audio_channel="7")
    assert np.abs(samples).max() > 10_000


@env
def test_a_channel_can_be_chosen(tmp_path):
    graph = "[0]asplit[a][b];[b]adelay=500[c];[a][c]amerge,aformat=channel_layouts=stereo[out]"
    film = two_channels(tmp_path, graph)
    for asked in ("right", "1"):
        _, samples = films.demux(film, tmp_path / asked, audio_channel=asked)
        assert films.heard(samples) == pytest.approx([t + 0.5 for t in BURSTS], abs=0.002)
    done, samples = films.demux(film, tmp_path / "none", audio_channel="centre")
    assert samples is None
    assert (
        "--audio-channel centre: audio track 0 (flac, stereo) of film.mkv has no such"
        in done.stderr + done.stdout
    )
    assert "left channel, right channel, mix" in done.stderr + done.stdout


@env
def test_the_mix_of_ordinary_channels_is_the_same_to_the_byte(tmp_path):
    graph = "[0]asplit[a][b];[b]adelay=1[c];[a][c]amerge,aformat=channel_layouts=stereo[out]"
    film = two_channels(tmp_path, graph)
    sounds = [films.demux(film, tmp_path / str(asked), audio_channel=asked)[1] for asked in (None, "mix")]
    assert (sounds[0] == sounds[1]).all()


def broadcast(folder, first, second):
    """A transport stream whose audio changes its format after 6 s."""
    sound = films.recording(folder / "sound.wav")
    films.make("-t", "6", "-i", sound, *first, "-muxdelay", "0", folder / "1.ts")
    films.make("-ss", "6", "-i", sound, *second, "-output_ts_offset", "6", "-muxdelay", "0", folder / "2.ts")
    (folder / "film.ts").write_bytes((folder / "1.ts").read_bytes() + (folder / "2.ts").read_bytes())
    return folder / "film.ts"


@env
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("-c:a", "aac", "-ar", "44100"), ("-c:a", "aac", "-ar", "48000")),
        (("-c:a", "ac3", "-ac", "2"), ("-c:a", "ac3", "-ac", "6")),
        (("-c:a", "ac3", "-ac", "6"), ("-c:a", "ac3", "-ac", "1")),
        (("-c:a", "aac", "-ac", "2"), ("-c:a", "aac", "-ac", "6", "-ar", "32000")),
    ],
)
def test_a_track_that_changes_its_rate_and_channels_is_decoded_to_its_end(tmp_path, first, second):
    film = broadcast(tmp_path, first, second)
    _, samples = films.demux(film, tmp_path / "out")
    assert films.heard(samples, threshold=0.1) == pytest.approx(BURSTS, abs=0.06)
