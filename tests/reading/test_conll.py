import pytest

from fivefold.errors import DataError
from fivefold.reading.conll import read_conll
from fivefold.reading.source import read


def columns(content):
    return {key: values.tolist() for key, values in read_conll(content, "a.conll").columns.items()}


def test_sentences_end_at_blank_lines_however_these_are_written():
    content = b"-DOCSTART-\tO\n\nEU\tB-ORG\nsaid\tO\n\t\n\nBonn\tB-LOC\r\n#\tO\n# a comment\n\n"
    found = {"tokens": [["EU", "said"], ["Bonn", "#"]], "tags": [["B-ORG", "O"], ["B-LOC", "O"]]}
    assert columns(content) == found
    content = content.replace(b"\t", b" ").replace(b"# a comment", b"# one more comment")
    assert columns(content) == found


def test_first_and_last_parts_of_a_line_are_word_and_label():
    raw = read_conll(b"EU NNP B-NP B-ORG\nsaid VBD B-VP O\n", "a.conll")
    assert raw.columns["tags"].tolist() == [["B-ORG", "O"]]
    assert [found.code for found in raw.findings] == ["parts_left_out"]
    assert raw.target == "tags"
    assert columns(b"EU\nsaid\n\nBonn\n") == {"tokens": [["EU", "said"], ["Bonn"]]}


def test_a_line_without_its_label_is_named():
    with pytest.raises(DataError, match=r"a\.conll, line 3: expected 2 parts, .* found 1 part"):
        read_conll(b"EU\tO\nsaid\tO\nBonn\n", "a.conll")


def test_files_of_all_endings_are_read(tmp_path):
    for suffix in (".conll", ".bio", ".iob"):
        path = tmp_path / f"some{suffix}"
        path.write_text("EU\tB-ORG\n\nBonn\tO\n")
        assert read(path).columns["tokens"].tolist() == [["EU"], ["Bonn"]]
