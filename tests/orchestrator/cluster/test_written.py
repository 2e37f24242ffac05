"""What one machine wrote, another may replace: its ledger learns it with the film."""

import json

from ipc.digests import file_digest
from orchestrator.cluster import written
from orchestrator.cluster.written import Account
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state import events
from orchestrator.run_state.states import FileOutput, FilmState, RunState
from orchestrator.runs import wanted


def test_a_film_that_moves_gets_the_same_file_and_one_that_the_user_edited_stays(tmp_path):
    film, target = tmp_path / "movie.mkv", tmp_path / "movie.en.srt"
    film.touch()
    driver, first, second = (Ledger(tmp_path / "homes" / name / "l" / "w") for name in ("d", "1", "2"))

    def write(text, ledger):
        source = tmp_path / "made"
        source.write_text(text)
        return publish.publish(source, target, file_digest(source), film, ledger, overwrite=False)

    def learn(ledger):
        line = json.dumps({"film": str(film), "written": list(written.beside(film, tmp_path, driver))})
        for file in wanted.parsed(line, "x").written:
            ledger.learn(file.path, file.digest, film, file.clip)

    one = write("first", first)
    state = RunState(films=(FilmState(path=film, title="movie"),))
    output = FileOutput(name="srt", path=str(one.path), size=one.size, digest=one.digest)
    Account(driver)(events.FileWritten(time=1, film=0, output=output), state)
    assert write("without learning", second).path.name == "movie.en.1.srt"
    (tmp_path / "movie.en.1.srt").unlink()

    learn(second)
    assert write("second", second).path == target
    target.write_text("edited by the user")
    learn(second)
    assert write("third", second).path.name == "movie.en.1.srt"
    assert target.read_text() == "edited by the user"


def test_the_files_of_a_film_that_failed_are_not_an_earlier_whole(tmp_path):
    film, srt = tmp_path / "movie.mkv", tmp_path / "movie.en.srt"
    srt.write_text("half")
    ledger = Ledger(tmp_path / "home" / "l" / "w")
    output = FileOutput(name="srt", path=str(srt), size=4, digest=file_digest(srt))
    state = RunState(films=(FilmState(path=film, title="movie", outputs=(output,)),))
    account = Account(ledger)
    account(events.FileWritten(time=1, film=0, output=output), state)
    assert [one["path"] for one in written.beside(film, tmp_path, ledger)] == [str(srt)]
    account(events.FilmEnded(time=2, film=0, id="1", outcome="failed"), state)
    assert list(written.beside(film, tmp_path, ledger)) == []
