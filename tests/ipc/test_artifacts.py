from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc.artifacts import open_audio, read, verify, write, write_audio
from ipc.digests import table_digest
from ipc.errors import ContractError
from ipc.schemas import KINDS

TURNS = {"start": [0.0, 1.0], "end": [1.5, 2.0], "speaker": ["SPEAKER_00", "SPEAKER_01"]}


def test_a_table_is_read_back_with_its_values_and_provenance(tmp_path):
    path = tmp_path / "turns.parquet"
    digest = write(path, "turns", TURNS, provenance={"stage": "diarization", "degraded": ["no network"]})
    artifact = read(path, "turns")
    assert artifact.rows()[1] == {"start": 1.0, "end": 2.0, "speaker": "SPEAKER_01", "confidence": None}
    assert artifact.provenance["degraded"] == ["no network"]
    assert artifact.digest == digest == verify(path, "turns")["digest"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"speaker": [1, 2]}, "column speaker: expected string"),
        ({"speaker": None}, "column speaker is missing, expected string"),
        ({"start": ["a", "b"]}, "column start: expected double"),
        ({"end": [0.5, 0.9]}, "column end: row 1 ends at 0.9 before it starts at 1.0"),
        ({"start": [1.2, 1.0]}, "column start: row 1 starts at 1.0, before the row above it at 1.2"),
        ({"start": [0.0, float("nan")]}, "column start: NaN or infinity"),
        ({"end": [1.0, None]}, "column end: 1 nulls, expected none"),
        ({"end": [1.0]}, "unequal length"),
        ({"colour": ["red", "blue"]}, "unknown column colour"),
    ],
)
def test_an_invalid_table_is_refused_with_the_name_of_its_column(tmp_path, change, says):
    columns = {name: values for name, values in {**TURNS, **change}.items() if values is not None}
    with pytest.raises(ContractError) as caught:
        write(tmp_path / "turns.parquet", "turns", columns)
    assert says in str(caught.value)
    assert not (tmp_path / "turns.parquet").exists()


def test_a_file_that_another_program_wrote_is_refused(tmp_path):
    path = tmp_path / "turns.parquet"
    pq.write_table(pa.table(TURNS), path)
    with pytest.raises(ContractError, match="schema has no header"):
        read(path, "turns")


def test_an_artifact_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "speech.parquet"
    write(path, "regions", {"start": [0.0], "end": [1.0]})
    with pytest.raises(ContractError, match="expected turns version 1, found regions version 1"):
        read(path, "turns")


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "turns.parquet"
    write(path, "turns", TURNS)
    path.write_bytes(path.read_bytes()[:-20])
    for check in (read, verify):
        with pytest.raises(ContractError, match="not a readable turns artifact"):
            check(path, "turns")


def test_a_missing_content_fact_is_refused(tmp_path):
    with pytest.raises(ContractError, match="'language' is missing"):
        write(tmp_path / "cues.parquet", "cues", {c.name: [] for c in KINDS["cues"].columns})


def test_audio_is_mapped_and_sliced_by_seconds(tmp_path):
    path = tmp_path / "audio.arrow"
    samples = np.arange(-16000, 16000, dtype=np.int16)
    write_audio(path, samples)
    audio = open_audio(path)
    assert audio.seconds == 2.0
    assert np.array_equal(audio.samples, samples)
    assert not audio.samples.flags.writeable
    piece = audio.float32(1.0, 1.5)
    assert piece.dtype == np.float32
    assert piece.shape == (8000,)
    assert piece[1] == 1 / 32768
    assert audio.float32(5.0, 9.0).shape == (0,)


def test_audio_can_be_empty(tmp_path):
    write_audio(tmp_path / "audio.arrow", np.zeros(0, np.int16))
    assert open_audio(tmp_path / "audio.arrow").seconds == 0


def test_float_samples_are_refused(tmp_path):
    with pytest.raises(ContractError, match="column pcm: expected int16"):
        write_audio(tmp_path / "audio.arrow", np.zeros(10, np.float32))


rows = st.lists(st.tuples(st.floats(0, 1e4), st.text(max_size=5), st.none() | st.floats(0, 1, width=32)))


@given(rows, st.integers(1, 7))
def test_the_digest_does_not_depend_on_chunks(values, size):
    kind = KINDS["turns"]
    schema = pa.schema([("start", "f8"), ("end", "f8"), ("speaker", "string"), ("confidence", "f4")])
    columns = [[v[0] for v in values], [v[0] for v in values], [v[1] for v in values], [v[2] for v in values]]
    whole = pa.Table.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )
    pieces = [whole.slice(i, size) for i in range(0, len(whole), size)] or [whole]
    assert table_digest(kind, whole, {}) == table_digest(kind, pa.concat_tables(pieces), {})


@given(rows.filter(bool), st.data())
def test_the_digest_changes_with_any_value(values, data):
    kind = KINDS["turns"]
    table = {
        "start": [v[0] for v in values],
        "end": [v[0] for v in values],
        "speaker": [v[1] for v in values],
        "confidence": pa.array([v[2] for v in values], pa.float32()),
    }
    row = data.draw(st.integers(0, len(values) - 1))
    other = {**table, "speaker": [*table["speaker"]]}
    other["speaker"][row] += "x"
    assert table_digest(kind, pa.table(table), {}) != table_digest(kind, pa.table(other), {})
    assert table_digest(kind, pa.table(table), {}) != table_digest(kind, pa.table(table), {"fact": 1})


def test_the_digest_depends_on_where_lists_end(tmp_path):
    def embeddings(vectors):
        return {"speaker": ["a"] * len(vectors), "vector": vectors, "seconds": [1.0] * len(vectors)}

    first = write(tmp_path / "a.arrow", "embeddings", embeddings([[1.0, 2.0], [3.0]]))
    second = write(tmp_path / "b.arrow", "embeddings", embeddings([[1.0], [2.0, 3.0]]))
    assert first != second
    assert read(tmp_path / "b.arrow", "embeddings").rows()[1]["vector"] == [2.0, 3.0]
