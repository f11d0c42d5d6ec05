from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse as sparse
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError, PreflightError, RequestError
from fivefold.reading.source import read
from fivefold.serve.requests import read as ask

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 0, 1, 0, 1])


def schema_of(*names, kind="numeric", target="target"):
    columns = [Column(name=name, kind=kind) for name in names]
    columns.append(Column(name=target, kind="categorical", role="target"))
    return Schema(columns=tuple(columns), targets=(target,), task="binary", classes=(0, 1))


class Items(Dataset):
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, place):
        return self.items[place]


class Stream(IterableDataset):
    def __iter__(self):
        yield 1


MATRICES = {
    "matrix": X,
    "sparse": sparse.csr_matrix(X),
    "sparse array": sparse.coo_array(X),
    "tensor": torch.tensor(X),
    "tensor with a gradient": torch.tensor(X, requires_grad=True),
}


@pytest.mark.parametrize("form", MATRICES)
def test_matrix_of_every_library_has_the_same_columns_at_both_ends(form):
    x = MATRICES[form]
    raw = read((x, Y))
    assert list(raw.columns) == ["x0", "x1", "target"]
    np.testing.assert_array_equal(raw.column("x1"), X[:, 1])
    for data in (x, (x, Y)):
        answered = ask(data, schema_of("x0", "x1"))
        np.testing.assert_array_equal(answered.column("x1"), X[:, 1])


@pytest.mark.parametrize(
    "source",
    [
        TensorDataset(torch.tensor(X), torch.tensor(Y)),
        Items([(torch.tensor(x), torch.tensor(y)) for x, y in zip(X, Y, strict=True)]),
        Items([(x, int(y)) for x, y in zip(X, Y, strict=True)]),
    ],
)
def test_torch_dataset_of_pairs_has_the_same_columns_at_both_ends(source):
    raw = read(source)
    assert list(raw.columns) == ["x0", "x1", "target"]
    assert raw.target == "target"
    np.testing.assert_array_equal(raw.column("target"), Y)
    np.testing.assert_array_equal(ask(source, schema_of("x0", "x1")).column("x0"), X[:, 0])


def test_torch_dataset_of_mappings_keeps_their_names():
    source = Items([{"a": torch.tensor(1.5), "b": "x"}, {"a": torch.tensor(2.5), "b": "y"}])
    raw = read(source)
    assert {name: values.tolist() for name, values in raw.columns.items()} == {
        "a": [1.5, 2.5],
        "b": ["x", "y"],
    }


def test_torch_pictures_with_channels_first_are_turned():
    stack = torch.rand(4, 3, 5, 6)
    for source in (
        TensorDataset(stack, torch.arange(4)),
        Items([(picture, n) for n, picture in enumerate(stack)]),
    ):
        pictures = read(source).column("image")
        assert pictures.shape == (4, 5, 6, 3)
        np.testing.assert_array_equal(pictures[1, :, :, 2], stack[1, 2].numpy())
        assert ask(source, schema_of("image", kind="image")).column("image")[0].shape == (5, 6, 3)


def test_torch_dataset_of_pillow_pictures_is_read():
    pictures = [Image.fromarray(np.full((4, 4), n, np.uint8)) for n in range(3)]
    raw = read(Items([(picture, n) for n, picture in enumerate(pictures)]))
    assert [cell.size for cell in raw.column("x0")] == [(4, 4)] * 3


def test_loader_of_batches_is_refused_with_what_does_it_instead():
    loader = DataLoader(TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=2)
    with pytest.raises(
        PreflightError, match="expected rows, found the batches of a DataLoader"
    ) as e:
        read(loader)
    assert str(e.value).endswith("Pass Collect(loader.dataset) and Train(batch=loader.batch_size).")
    assert list(read(loader.dataset).columns) == ["x0", "x1", "target"]


def test_stream_without_length_is_refused_with_a_remedy():
    with pytest.raises(DataError, match="expected a data set with a length") as caught:
        read(Stream())
    assert "islice" in caught.value.remedy


def test_sparse_matrix_that_would_fill_the_machine_is_refused():
    with pytest.raises(DataError, match="expected a sparse matrix of at most"):
        read((sparse.csr_matrix((1_000_000, 1_000_000)), np.zeros(1_000_000)))


def test_matrix_of_another_width_is_refused_when_asked():
    with pytest.raises(RequestError, match=r"shape \(rows, 2\)"):
        ask(np.zeros((3, 5)), schema_of("x0", "x1"))


def test_matrix_alone_is_no_source_of_collect():
    with pytest.raises(PreflightError, match="expected a source"):
        read(X)


def test_structured_array_is_read_by_its_names():
    array = np.rec.fromarrays([X[:, 0], ["a", "b"] * 3], names="n,s")
    for found in (read(array).column("n"), ask(array, schema_of("n")).column("n")):
        np.testing.assert_array_equal(found, X[:, 0])


def test_hugging_face_dataset_is_read_in_its_own_order():
    datasets = pytest.importorskip("datasets", reason="Hugging Face datasets is not installed")
    frame = pd.DataFrame({"n": X[:, 0], "s": ["a", None, "c", "d", "e", "f"]}, index=list("uvwxyz"))
    whole = datasets.Dataset.from_pandas(frame)
    turned = whole.select([4, 1, 0])
    raw = read(turned)
    assert {name: values.tolist() for name, values in raw.columns.items()} == {
        "n": [8.0, 2.0, 0.0],
        "s": ["e", None, "a"],
    }
    assert ask(turned, schema_of("n")).column("n").tolist() == [8.0, 2.0, 0.0]
    with pytest.raises(DataError, match="found data sets 'train'"):
        read(datasets.DatasetDict({"train": whole}))


def test_hugging_face_classes_are_their_names_and_minus_one_is_missing():
    datasets = pytest.importorskip("datasets", reason="Hugging Face datasets is not installed")
    label = datasets.ClassLabel(names=["cat", "dog"])
    source = datasets.Dataset.from_dict(
        {"n": X[:, 0], "label": [1, 0, None, -1, 1, 0]},
        features=datasets.Features({"n": datasets.Value("float64"), "label": label}),
    )
    raw = read(source.select(range(5)))
    assert raw.columns["label"].tolist() == ["dog", "cat", None, None, "dog"]
    assert raw.types == {"label": "levels"}
    assert ask(source, schema_of("label", kind="categorical", target="n")).column(
        "label"
    ).tolist() == ["dog", "cat", None, None, "dog", "cat"]


def test_classes_with_names_are_read_without_the_library():
    class Table:
        data = pa.table({"n": X[:, 0], "label": [1, 0, None, -1, 1, 0]})

        def __getitem__(self, rows):
            return self.data

    class Dataset(Table):
        __module__ = "datasets.arrow_dataset"
        features = MappingProxyType(
            {"n": object(), "label": type("ClassLabel", (), {"names": ["cat", "dog"]})()}
        )

        def __len__(self):
            return 6

        def with_format(self, _):
            return Table()

    raw = read(Dataset())
    assert raw.columns["label"].tolist() == ["dog", "cat", None, None, "dog", "cat"]
    assert raw.types == {"label": "levels"}


def pictures(rows=4, size=(6, 8)):
    return [
        Image.fromarray(np.random.default_rng(row).integers(0, 256, (*size, 3)).astype(np.uint8))
        for row in range(rows)
    ]


@pytest.mark.parametrize("mode", ["RGB", "P", "CMYK", "1", "L"])
def test_list_of_pillow_pictures_with_labels_is_what_a_viewer_shows(mode):
    given = [picture.convert(mode) for picture in pictures()]
    shown = "L" if mode in {"1", "L"} else "RGB"
    wanted = [np.asarray(picture.convert(shown)).reshape(6, 8, -1) for picture in given]
    schema = schema_of("image", kind="image")
    for source in ((given, [0, 1, 0, 1]), given):
        cells = ask(source, schema).column("image")
        assert all(np.array_equal(a, b) for a, b in zip(cells, wanted, strict=True))
    raw = read((given, [0, 1, 0, 1]))
    assert raw.types == {"image": "raster"}
    assert raw.column("image").tolist() == given


def test_list_of_arrays_of_several_sizes_is_a_column_of_pictures():
    given = [np.asarray(picture)[: 4 + row % 2] for row, picture in enumerate(pictures())]
    raw = read((given, np.array([0, 1, 0, 1])))
    assert [cell.shape for cell in raw.column("image")] == [(4, 8, 3), (5, 8, 3)] * 2
    cells = ask((given, [0, 1, 0, 1]), schema_of("image", kind="image")).column("image")
    assert all(np.array_equal(a, b) for a, b in zip(cells, given, strict=True))


def test_tensors_of_pictures_with_channels_first_are_turned_in_every_form():
    wanted = np.stack([np.asarray(picture) for picture in pictures()])
    stack = torch.tensor(wanted).permute(0, 3, 1, 2)
    schema = schema_of("image", kind="image")
    labels = [0, 1, 0, 1]
    for source in ((stack, labels), (list(stack), labels)):
        assert np.array_equal(np.stack(list(read(source).column("image"))), wanted)
    for source in ((stack, labels), stack, list(stack), {"image": stack}, {"image": list(stack)}):
        assert np.array_equal(np.stack(list(ask(source, schema).column("image"))), wanted)


def test_bytes_of_an_array_are_texts_where_they_are_text():
    assert read({"a": np.array([b"x", "ä".encode()])}).columns["a"].tolist() == ["x", "ä"]
    assert read({"a": np.array([b"x", b"\xe4"])}).columns["a"].tolist() == [b"x", b"\xe4"]
