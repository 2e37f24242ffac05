"""The bytes in a folder."""

from pathlib import Path

from orchestrator.util.folder_size import folder_size


def test_files_count_at_any_depth_and_what_links_point_to_does_not(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(bytes(3))
    (tmp_path / "a" / "b" / "two").write_bytes(bytes(4))
    (tmp_path / "elsewhere").write_bytes(bytes(100))
    (tmp_path / "a" / "link").symlink_to(tmp_path / "elsewhere")
    assert folder_size(tmp_path / "a") == 7
    assert folder_size(tmp_path / "missing") == 0


def test_a_file_that_is_removed_meanwhile_counts_nothing(tmp_path, monkeypatch):
    (tmp_path / "gone").write_bytes(bytes(3))
    (tmp_path / "there").write_bytes(bytes(4))
    lstat = Path.lstat

    def removing(path):
        (tmp_path / "gone").unlink(missing_ok=True)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", removing)
    assert folder_size(tmp_path) == 4
