"""The endpoints of other programs, asked as their clients ask: Bazarr, and OpenAI's own package."""

from __future__ import annotations

import io
import json
import wave as waves

import openai
import pytest

from orchestrator.serve.web import wave
from tests.orchestrator.serve.served import Served, form

pytestmark = pytest.mark.env("serve")
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105
AUDIO = ("speech.mp3", b"ID3 not really", "audio/mpeg")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    one = Served(tmp_path_factory.mktemp("home"), token=TOKEN, options={"target_language": ""})
    yield one.start()
    one.stop()


@pytest.fixture
def client(service):
    with openai.OpenAI(base_url=f"http://127.0.0.1:{service.port}/v1", api_key=TOKEN, max_retries=0) as one:
        yield one


def post(service, path, content=b"\0\0" * 16000):
    return service.ask("POST", path, *form(content))


def test_bazarr_gets_the_language_of_samples_without_a_header(service):
    video = "video_file=%2Fdata%2Ftv%2FA%20film.mkv"
    status, _, content = post(service, f"/detect-language?encode=false&{video}")
    assert status == 200
    found = json.loads(content)
    assert found == {"detected_language": "english", "language_code": "en", "confidence": 0.97}
    service.until("done")  # and not cancelled, because it did what it was asked


def test_audio_that_cannot_be_read_is_the_clients_fault(service):
    status, _, content = post(service, "/asr?output=srt&language=en&video_file=unreadable.mkv", b"no sound")
    assert (status, json.loads(content)["message"]) == (422, "demux: not a film")


def test_bazarr_gets_subrip_and_the_film_has_its_name(service):
    path = "/asr?task=transcribe&language=hi&output=srt&encode=false&video_file=%2Fdata%2Ftv%2FA%20film.mkv"
    status, headers, content = post(service, path)
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert content.startswith(b"1\n00:00:00,500 --> ")
    jobs = service.json("GET", "/api/jobs")[1]["jobs"]
    assert "A film.wav" in {job["name"] for job in jobs}
    assert {job["film"] for job in jobs} == {None}


def test_bazarr_gets_the_translation_and_not_the_transcript(service):
    status, _, content = post(service, "/asr?task=translate&language=hi&output=srt&encode=false")
    assert status == 200
    assert b"Hello (translated)." in content


@pytest.mark.parametrize(
    ("output", "begins"),
    [
        ("txt", b"Hello there."),
        ("vtt", b"WEBVTT\n\n"),
        ("tsv", b"start\tend\ttext\n500\t1400\t"),
        ("json", b'{"text": "Hello there.", "segments": ['),
    ],
)
def test_each_output_of_whisper_asr_is_answered(service, output, begins):
    assert post(service, f"/asr?output={output}&language=en", b"a file")[2].startswith(begins)
    translated = post(service, f"/asr?output={output}&language=hi&task=translate", b"a file")[2]
    assert b"Hello (translated)." in translated


def test_a_film_in_which_nobody_speaks_has_an_empty_translation(service):
    path = "/asr?task=translate&language=hi&video_file=silent.mkv&output="
    assert post(service, f"{path}srt", b"silence")[::2] == (200, b"")
    assert post(service, f"{path}txt", b"silence")[::2] == (200, b"")


def test_a_second_request_for_the_same_audio_waits_for_the_same_job(service):
    before = sum(service.json("GET", "/api/status")[1]["jobs"].values())
    service.json("POST", "/api/pause")
    service.json("POST", "/api/resume")
    post(service, "/asr?output=srt&language=fr", b"the same")
    assert sum(service.json("GET", "/api/status")[1]["jobs"].values()) == before + 1


def test_the_status_names_the_program(service):
    assert service.json("GET", "/status")[1]["version"].startswith("orchestrator ")


def test_samples_get_the_header_of_a_wav_file():
    stream = io.BytesIO()
    stream.write(wave.placeholder())
    stream.write(b"\1\0" * 16000)
    wave.complete(stream, 32000)
    stream.seek(0)
    with waves.open(stream) as found:
        assert found.getparams()[:4] == (1, 2, 16000, 16000)
        assert found.readframes(1) == b"\1\0"


def test_openais_package_gets_a_transcription_in_each_format(client):
    def made(**more):
        return client.audio.transcriptions.create(file=AUDIO, model="whisper-1", **more)

    assert made().text == "Hello there."
    assert made(response_format="text") == "Hello there.\n"
    assert made(response_format="srt").startswith("1\n00:00:00,500 --> ")
    assert made(response_format="vtt").startswith("WEBVTT")
    verbose = made(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert (verbose.language, verbose.duration) == ("english", 24.0)
    assert verbose.segments[0].text == " Hello there."
    assert [(word.word, word.start) for word in verbose.words] == [("Hello", 0.5), ("there.", 1.0)]
    assert made(response_format="verbose_json", timestamp_granularities=["word"]).segments is None
    diarized = made(response_format="diarized_json")
    assert [(one.speaker, one.text) for one in diarized.segments] == [("A", "Hello there.")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the package, about this endpoint
def test_openais_package_gets_a_translation(client):
    def made(**more):
        return client.audio.translations.create(
            file=AUDIO, model="whisper-1", extra_body={"language": "hi"}, **more
        )

    assert made().text == "Hello (translated)."
    assert made(response_format="verbose_json").segments[0].start == 0.5
    assert made(response_format="vtt").startswith("WEBVTT\n\n1\n00:00:00.500 --> ")


def test_openais_package_reads_a_stream(client):
    events = list(
        client.audio.transcriptions.create(
            file=AUDIO, model="gpt-4o-transcribe-diarize", response_format="diarized_json", stream=True
        )
    )
    kinds = [event.type for event in events]
    assert kinds == ["transcript.text.segment", "transcript.text.delta", "transcript.text.done"]
    assert events[-1].text == "Hello there."


def test_openais_package_lists_models_and_gets_errors_of_its_kind(client, service):
    assert [model.id for model in client.models.list()] == ["orchestrator", "whisper-1"]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nothing")
    with pytest.raises(openai.BadRequestError, match="model"):
        client.audio.transcriptions.create(file=AUDIO, model="/etc/passwd")
    with pytest.raises(openai.BadRequestError, match="response_format"):
        client.audio.transcriptions.create(file=AUDIO, model="whisper-1", response_format="docx")
    stranger = openai.OpenAI(base_url=str(client.base_url), api_key="wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()
    refused = ("refused.mp3", b"no film", "audio/mpeg")
    with pytest.raises(openai.UnprocessableEntityError, match="not a film"):
        client.audio.transcriptions.create(file=refused, model="whisper-1")
