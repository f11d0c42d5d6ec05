import gzip

import pytest

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading.fasta import read_fasta
from fivefold.reading.source import read


def columns(content, name="some.fa"):
    return {key: values.tolist() for key, values in read_fasta(content, name).columns.items()}


def test_fasta_joins_lines_and_takes_pairs_out_of_headers():
    found = columns(b">a first gene class=x\r\nACG\r\nTTA\r\n;note\r\n>b class=y\n\ngg\n")
    assert found == {
        "id": ["a", "b"],
        "description": ["first gene", None],
        "sequence": ["ACGTTA", "gg"],
        "class": ["x", "y"],
    }
    assert "description" not in columns(b">a\nAC\n>b\nGG\n")


def test_fasta_headers_of_databases_are_read():
    found = columns(b">sp|P1|X kinase OX=9606 OS=Homo sapiens GN=abc\nMKV\n")
    assert [*map(str, found)] == ["id", "description", "sequence", "OX", "OS", "GN"]
    assert [*found.values()] == [
        ["sp|P1|X"],
        ["kinase"],
        ["MKV"],
        ["9606"],
        ["Homo sapiens"],
        ["abc"],
    ]
    assert columns(b">c [gene=abc] [protein=a long one]\nM\n")["protein"] == ["a long one"]


def test_fastq_leaves_qualities_out_even_where_they_look_like_a_record():
    found = columns(b"@r1 1:N:0\nACG\n+\n@I+\n@r2\nAC\nGT\n+r2\nII\n+I\n", "some.fq")
    assert found == {
        "id": ["r1", "r2"],
        "description": ["1:N:0", None],
        "sequence": ["ACG", "ACGT"],
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"@r\nACGT\n+\nII\n", "line 1: expected a record of FASTQ"),
        (b"@r\nACGT\n+\nIIII\n@s\nAC\n", "line 5: expected a record of FASTQ"),
        (b"hello\n", "begins with > "),
    ],
)
def test_fasta_that_is_broken_is_refused(content, told):
    with pytest.raises(DataError, match=told):
        read_fasta(content, "some.fq")


def test_fasta_file_is_read_packed_and_learnt_from(tmp_path):
    lines = "".join(
        f">s{row} class={'xy'[row % 2]}\n{'ACGT' * (row % 5 + 4)}\n" for row in range(12)
    )
    path = tmp_path / "genes.fasta.gz"
    path.write_bytes(gzip.compress(lines.encode()))
    raw = read(path)
    assert len(raw) == 12
    found = ff.Pipeline([ff.Collect(path, target="class")]).run(progress=False)[ff.Collected]
    assert found.schema["sequence"].kind == "sequence"
    empty = tmp_path / "none.fa"
    empty.write_bytes(b"")
    with pytest.raises(DataError, match="expected rows"):
        read(empty)


def test_parts_of_ids_that_repeat_are_columns():
    found = columns(b">g1|promoter|train\nAC\n>g2|other|train\nGG\n>g3|other|test\nTT\n")
    assert found["part_2"] == ["promoter", "other", "other"]
    assert found["part_3"] == ["train", "train", "test"]
    assert "part_1" not in found
    assert [*columns(b">sp|P1|A\nMK\n>sp|P2|B\nMK\n")] == ["id", "sequence"]
    assert [*columns(b">a|x\nMK\n>b\nMK\n")] == ["id", "sequence"]
