"""Changes of single keys in the user's configuration file: everything else stays as it is."""

from __future__ import annotations

import pytest

from orchestrator.config import editing, files
from orchestrator.config.editing import Change
from orchestrator.errors import STORAGE, USAGE, FatalError

TURBO = Change(key="model", value="large-v3-turbo", why="orchestrator setup: German")


LINE = 'model = "large-v3-turbo"  # orchestrator setup: German\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", LINE),
        ("# mine\nbeam_size = 3", f"# mine\nbeam_size = 3\n{LINE}"),
        (
            'beam_size = 3  # slow\n[device]\nasr = "cpu"\n',
            f'beam_size = 3  # slow\n{LINE}\n[device]\nasr = "cpu"\n',
        ),
        ('model = "base"  # small machine\n', 'model = "large-v3-turbo"  # small machine\n'),
        ("  'model'='a b'# x\r\nbeam_size = 3\r\n", "  'model'=\"large-v3-turbo\"# x\r\nbeam_size = 3\r\n"),
        ('\ufeff# a mark\nmodel = "auto"\n', '\ufeff# a mark\nmodel = "large-v3-turbo"\n'),
        ('# model = "small"\nmodel = "auto"\n', '# model = "small"\nmodel = "large-v3-turbo"\n'),
    ],
)
def test_one_key_changes_and_every_other_byte_stays(tmp_path, before, after):
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode())
    path.chmod(0o600)
    editing.apply(path, [TURBO])
    assert path.read_bytes().decode() == after
    assert path.stat().st_mode & 0o777 == 0o600
    assert files.read(path).values["model"].value == "large-v3-turbo"


def test_a_hyphen_in_the_key_is_no_other_key(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('align-model = "attention"\n')
    editing.apply(path, [Change(key="align_model", value="auto")])
    assert path.read_text() == 'align-model = "auto"\n'


def test_a_link_to_the_file_stays_a_link_and_a_missing_folder_is_made(tmp_path):
    real, link = tmp_path / "dotfiles" / "config.toml", tmp_path / "config.toml"
    link.symlink_to(real)
    editing.apply(link, [TURBO])
    assert link.is_symlink()
    assert real.read_text().startswith("model = ")


def test_a_value_over_several_lines_is_refused_and_kept(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(text := 'model = """\nbase"""\n')
    with pytest.raises(FatalError, match="model cannot be changed here") as caught:
        editing.apply(path, [TURBO])
    assert (caught.value.status, "write model = " in caught.value.hint) == (USAGE, True)
    assert path.read_text() == text


def test_a_key_in_a_text_is_not_taken_for_one(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(text := "initial_prompt = '''\nmodel = \"x\"\n'''\n")
    editing.apply(path, [TURBO])
    assert path.read_text().startswith(text)


def test_a_file_that_is_no_toml_is_refused_with_its_name(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("model = base\n")
    with pytest.raises(FatalError, match=r"config.toml: not valid TOML"):
        editing.apply(path, [TURBO])


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FatalError, match="cannot write") as caught:
        editing.apply(tmp_path / "file" / "config.toml", [TURBO])
    assert caught.value.status == STORAGE
