import pytest

from keras_gans.files import written_beside


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_file_appears_at_the_end_and_not_before(tmp_path):
    path = tmp_path / "new" / "folder" / "model.keras"
    with written_beside(path) as beside:
        beside.write_text("whole")
        assert beside.parent.samefile(path.parent)
        assert beside.suffix == ".keras"
        assert not path.exists()
    assert path.read_text() == "whole"
    assert names(path.parent) == ["model.keras"]


def test_file_is_replaced_only_at_the_end(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with written_beside(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["file.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_old_file_stands_and_nothing_else(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write_half():
        with written_beside(path) as beside:
            beside.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file.txt"]


def test_after_an_error_the_old_folder_stands_and_nothing_else(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "old.txt").write_text("old")

    def write_half():
        with written_beside(path) as beside:
            beside.mkdir()
            (beside / "new.txt").write_text("half")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        write_half()
    assert names(path) == ["old.txt"]
    assert names(tmp_path) == ["folder"]


def test_folder_replaces_a_folder_whole(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "old.txt").write_text("old")
    with written_beside(path) as beside:
        beside.mkdir()
        (beside / "new.txt").write_text("new")
    assert names(path) == ["new.txt"]
    assert names(tmp_path) == ["folder"]


def test_a_block_that_writes_nothing_is_an_error_that_costs_nothing(tmp_path):
    file, folder = tmp_path / "file.txt", tmp_path / "folder"
    file.write_text("old")
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    for path in (file, folder):
        with pytest.raises(FileNotFoundError), written_beside(path):
            pass
    assert file.read_text() == "old"
    assert names(folder) == ["old.txt"]
    assert names(tmp_path) == ["file.txt", "folder"]


def test_a_file_does_not_replace_a_folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "work.txt").write_text("precious")
    with pytest.raises(IsADirectoryError, match="folder"), written_beside(path) as beside:
        beside.write_text("file")
    assert names(path) == ["work.txt"]
    assert names(tmp_path) == ["folder"]


def test_two_writers_of_one_path_do_not_meet(tmp_path):
    path = tmp_path / "file.txt"
    with written_beside(path) as one, written_beside(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"  # the outer block ends last
    assert names(tmp_path) == ["file.txt"]


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "target.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "target.txt")
    with written_beside(tmp_path / "link.txt") as beside:
        beside.write_text("new")
    assert (tmp_path / "target.txt").read_text() == "new"
    assert (tmp_path / "link.txt").is_symlink()


def test_a_link_to_a_folder_is_followed(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old.txt").write_text("old")
    (tmp_path / "link").symlink_to(target, target_is_directory=True)
    with written_beside(tmp_path / "link") as beside:
        beside.mkdir()
        (beside / "new.txt").write_text("new")
    assert names(tmp_path / "link") == ["new.txt"]
    assert names(tmp_path) == ["link", "target"]
