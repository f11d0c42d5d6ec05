"""Weights that somebody else has learnt, where they lie: files, folders, the hub."""

import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, NamedTuple

from fivefold.errors import PreflightError
from fivefold.kinds.wordpieces import CONTINUED, Known, Spelling

HUB = "hf:"
"""What the name of a repository of the hub begins with."""

Form = Literal["bundle", "folder", "tensors", "vectors"]

PICKLED = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".h5", ".keras"})
_VECTORS = frozenset({".vec", ".txt", ".gz"})
_READ = ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt")
_AROUND = {"cls_token": ["[CLS]", "<s>"], "sep_token": ["[SEP]", "</s>"]}
_CHUNK = 2**22
_WHO = "Pretrained"


class Found(NamedTuple):
    """Weights on this machine.

    Attributes:
        path: a file or a folder.
        form: what it is.
        revision: the commit that a name of the hub was found at; empty for any other.
    """

    path: Path
    form: Form
    revision: str = ""

    @property
    def files(self) -> list[Path]:
        """What is read of it."""
        if not self.path.is_dir():
            return [self.path]
        if self.form == "bundle":
            return sorted(file for file in self.path.iterdir() if file.is_file())
        named = [self.path / name for name in _READ if (self.path / name).is_file()]
        return [*named, *shards(self.path)]

    @property
    def digest(self) -> str:
        """SHA-256 of the file; of several that of their lines `sha256  name`."""
        files = self.files
        if files == [self.path]:
            return _digest(self.path, *_stamp(self.path))
        lines = [f"{_digest(file, *_stamp(file))}  {file.name}\n" for file in files]
        return sha256("".join(lines).encode()).hexdigest()

    @property
    def config(self) -> dict[str, Any]:
        """What `config.json` says; nothing where there is none."""
        if not (self.path / "config.json").is_file():
            return {}
        read: dict[str, Any] = json.loads((self.path / "config.json").read_text("utf-8"))
        return read


def find_weights(source: str | PathLike[str]) -> Found:
    """Weights on this machine; those of the hub are asked for first.

    Raises:
        PreflightError: if there are none, or none that can be read without running code.
    """
    text = fspath(source)
    if text.startswith(HUB):
        return _from_hub(text)
    path = Path(text)
    if not path.exists():
        remedy = "Give the path of a bundle, a folder of weights or a file of tensors."
        raise _fault(text, "weights", "no such file", remedy)
    if path.is_dir():
        return Found(path, _form_of_folder(path))
    if path.suffix in PICKLED:
        remedy = "Write its tensors with safetensors.torch.save_file, on a machine that trusts it."
        raise _fault(text, "a file that loads without running code", path.suffix, remedy)
    if path.suffix == ".safetensors":
        return Found(path, "tensors")
    return Found(path, "vectors" if path.suffix in _VECTORS else "bundle")


def check_name(name: str) -> None:
    """Refuse a name of the hub without a revision.

    Raises:
        PreflightError: if it is no `hf:org/name@revision`.
    """
    repository, _, revision = name.removeprefix(HUB).partition("@")
    if repository.count("/") != 1 or not revision:
        remedy = f"Write {HUB}org/name@COMMIT: without it nobody can say which weights those were."
        raise _fault(name, "a repository and a revision", repr(name), remedy)


def shards(folder: Path) -> list[Path]:
    """The files of tensors in a folder: one, or those that its index names."""
    alone, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if alone.is_file():
        return [alone]
    if index.is_file():
        names = json.loads(index.read_text("utf-8"))["weight_map"].values()
        return [folder / Path(name).name for name in sorted(set(names))]
    return sorted(folder.glob("*.safetensors"))


def read_pieces(found: Found) -> Known:
    """The pieces of words that weights in a folder know, and how they want texts read.

    Raises:
        PreflightError: if they are none of BERT's family.
    """
    folder = found.path
    told: dict[str, Any] = {}
    if (folder / "tokenizer_config.json").is_file():
        told = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    lower = bool(told.get("do_lower_case", True))
    plain = told.get("strip_accents")
    if (folder / "tokenizer.json").is_file():
        read = json.loads((folder / "tokenizer.json").read_text("utf-8"))
        model = read.get("model") or {}
        if model.get("type") != "WordPiece" or model.get("continuing_subword_prefix") != CONTINUED:
            remedy = "Take weights of BERT, DistilBERT, ELECTRA, MPNet or MiniLM."
            kind = f"a tokenizer of type {model.get('type')}"
            raise _fault(str(folder), "pieces of words as BERT has them", kind, remedy)
        numbers: dict[str, int] = model["vocab"]
        normal = read.get("normalizer") or {}
        lower = bool(normal.get("lowercase", lower))
        plain = normal.get("strip_accents", plain)
    elif (folder / "vocab.txt").is_file():
        lines = (folder / "vocab.txt").read_text("utf-8").splitlines()
        numbers = {line: number for number, line in enumerate(lines)}
    else:
        remedy = "Save the tokenizer beside the weights: tokenizer.save_pretrained(folder)."
        raise _fault(str(folder), "tokenizer.json or vocab.txt", "neither", remedy)
    pieces = [""] * (1 + max(numbers.values()))
    for piece, number in numbers.items():
        pieces[number] = piece
    ends = [_token(told, name, numbers, usual) for name, usual in _AROUND.items()]
    plain = lower if plain is None else bool(plain)
    return Known(tuple(pieces), Spelling(lower, plain, *ends))


def _token(told: dict[str, Any], name: str, numbers: dict[str, int], usual: list[str]) -> str:
    said = told.get(name)
    said = said.get("content") if isinstance(said, dict) else said
    return said or next((each for each in usual if each in numbers), usual[0])


def read_vectors(path: Path) -> Iterator[tuple[str, list[float]]]:
    """Words and their vectors, a line each: a word, then numbers; a head of two numbers is none.

    Raises:
        PreflightError: naming the line that is no such one.
    """
    import gzip

    opened = gzip.open if path.suffix == ".gz" else open
    width = 0
    with opened(path, "rt", encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            word, *numbers = line.rstrip().rsplit(" ", width) if width else line.split()
            if number == 1 and len(numbers) == 1:
                continue
            try:
                vector = [float(each) for each in numbers]
            except ValueError:
                vector = []
            width = width or len(vector)
            if not vector or len(vector) != width:
                remedy = "Give a file with a word and its numbers in each line, as of fastText."
                found = f"{len(vector)} in line {number:,}"
                raise _fault(str(path), f"{width or 'some'} numbers a word", found, remedy)
            yield word, vector


def _form_of_folder(path: Path) -> Form:
    if (path / "manifest.json").is_file():
        return "bundle"
    told = [name for name in ("config.json", "tokenizer.json") if (path / name).is_file()]
    if told and shards(path):
        return "folder"
    pickled = sorted(file.name for file in path.iterdir() if file.suffix in PICKLED)
    found = f"{pickled[0]}, which is a pickle" if pickled else "neither"
    remedy = "Save them again with save_pretrained(folder, safe_serialization=True)."
    raise _fault(str(path), "config.json and *.safetensors", found, remedy)


@lru_cache(maxsize=16)
def _from_hub(name: str) -> Found:
    """A repository of the hub, as its own library keeps it; nothing in it is run."""
    check_name(name)
    repository, _, revision = name.removeprefix(HUB).partition("@")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        remedy = "Run pip install huggingface_hub, or give a folder with its files."
        raise _fault(name, "huggingface_hub", "it not installed", remedy) from None
    try:
        folder = snapshot_download(
            repository, revision=revision, allow_patterns=[*_READ, "*.safetensors", "*.index.json"]
        )
    except Exception as error:  # each of its many says that it could not be had
        said = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        remedy = "Where there is no network, copy the files and give the path of their folder."
        raise _fault(name, "weights from the hub", said, remedy) from error
    path = Path(folder)
    return Found(path, _form_of_folder(path), revision=path.name)


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=64)
def _digest(path: Path, _time: int, _size: int) -> str:
    total = sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            total.update(piece)
    return total.hexdigest()


def _fault(source: str, wanted: str, found: str, remedy: str) -> PreflightError:
    return PreflightError.expected(f"{_WHO}: {source}", wanted, found, remedy, source=source)
