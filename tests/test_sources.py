"""Each line of the table of sources reads what it says, from files as people have them."""

import gzip
import io
import re
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

import fivefold as ff
from fivefold.codecs.wav import wav_bytes

PAGE = Path(__file__).parent.parent / "docs" / "sources.md"
LINES = re.findall(r"^\| .* \| `(Collect\(.*\))` \| ([a-z, ]+) \|$", PAGE.read_text(), re.M)
N = 60


def picture(row: int) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(row).integers(0, 255, (9 + row % 3, 8, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def sound(row: int) -> bytes:
    return wav_bytes(np.random.default_rng(row).integers(-999, 999, 900).astype(np.int16), 8_000)


def dna(row: int) -> str:
    return "".join(np.random.default_rng(row).choice([*"ACGT"], 40))


def words(row: int) -> str:
    return " ".join(np.random.default_rng(row).choice([*"abcdefgh"], 9)) + f' "number {row}"'


def wave(row: int) -> np.ndarray:
    return np.round(np.random.default_rng(row).normal(size=(12 + row % 3, 2)), 3)


def csv_of(series: np.ndarray, names: str = "x,y") -> str:
    return "\n".join([names, *(",".join(map(str, step)) for step in series.tolist()), ""])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    rows = range(N)
    label = ["ab"[row % 2] for row in rows]
    number = np.random.default_rng(0).normal(size=(N, 3)).round(3).tolist()
    colour = [["red", "blue", "green"][row % 3] for row in rows]
    table = [f"{n[0]},{c},{y}" for n, c, y in zip(number, colour, label, strict=True)]
    named = [f"{row}.png;{y}" for row, y in zip(rows, label, strict=True)]
    clips = [f"{row}.wav,{row % 5},{y}" for row, y in zip(rows, label, strict=True)]
    waves = [wave(row) for row in rows]
    pairs = [*zip(rows, label, strict=True)]
    texts = {
        "adult.csv": "\n".join(["age,colour,income", *table]),
        "adult.data": "\n".join(table),
        "seeds.txt": "\n".join(
            f" {a:8.3f}  {b:6.3f}   {1 + n % 2}" for n, (a, b, _) in enumerate(number)
        ),
        "photos/truth.csv": "\n".join(["Filename;ClassId", *named]),
        "meta/clips.csv": "\n".join(["filename,fold,category", *clips]),
        "ids.csv": "\n".join(["id,label", *(f"{n},{y}" for n, y in pairs)]),
        "promoters.data": "\n".join(f"{'+-'[n % 2]},S{n},\t\t{dna(n).lower()}" for n in rows),
        "genes.fasta": "".join(f">g{n} class={y}\n{dna(n)}\n" for n, y in pairs),
        "named.fasta": "".join(f">g{n} {y}\n{dna(n)}\n" for n, y in pairs),
        "parted.fasta": "".join(f">g{n}|{y}\n{dna(n)}\n" for n, y in pairs),
        "genes/yes.fa": "".join(f">g{n}\n{dna(n)}\n" for n in rows[::2]),
        "genes/no.fa": "".join(f">g{n}\n{dna(n)}\n" for n in rows[1::2]),
        "sentences.tsv": "\n".join(f"{words(n)}\t{n % 2}" for n in rows),
        "activity.csv": "\n".join(
            ["recording,activity,step,x,y"]
            + [f"r{n},{y},{t},{a},{b}" for n, y in pairs for t, (a, b) in enumerate(waves[n])]
        ),
        "beats.csv": "\n".join(f"{a},{b},{c},{n % 2}" for n, (a, b, c) in enumerate(number)),
        "Beats_TRAIN.ts": ts(waves, label),
        "Beats_TEST.ts": ts(waves[:10], label[:10]),
        "iris.arff": "@relation r\n@attribute width numeric\n@attribute colour {red,blue,green}\n"
        "@attribute class {a,b}\n@data\n" + "\n".join(table),
        "engines.csv": "\n".join(
            ["unit,cycle,heat,left"]
            + [f"{n % 4},{n // 4},{number[n][0]},{N // 4 - 1 - n // 4}" for n in rows]
        ),
        "recordings.csv": "\n".join(
            ["file,label", *(f"recordings/{y}/{n}.csv,{y}" for n, y in pairs)]
        ),
    }
    files: dict[str, str | bytes] = {name: text + "\n" for name, text in texts.items()}
    files |= {f"signs/{y}/{n}.png": picture(n) for n, y in pairs}
    files |= {f"photos/{n}.png": picture(n) for n in rows}
    files |= {f"noises/{y}/{n}.wav": sound(n) for n, y in pairs}
    files |= {f"clips/{n}.wav": sound(n) for n in rows}
    files |= {f"reviews/{y}/{n}.txt": words(n) for n, y in pairs}
    files |= {f"recordings/{y}/{n}.csv": csv_of(waves[n]) for n, y in pairs}
    reads = "".join(f"@r{n} label={y}\n{dna(n)}\n+\n{'I' * 40}\n" for n, y in pairs)
    files["reads.fastq.gz"] = gzip.compress(reads.encode())
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with tarfile.open(folder / "signs.tar.gz", "w:gz") as tar:
        tar.add(folder / "signs", "signs")
    with zipfile.ZipFile(folder / "environments.zip", "w") as archive:
        for path in [*sorted((folder / "clips").iterdir()), folder / "meta" / "clips.csv"]:
            archive.write(path, f"set/{path.relative_to(folder)}")
    with zipfile.ZipFile(folder / "numbered.zip", "w") as archive:
        for row, one in enumerate(waves):
            archive.writestr(f"set/data/rec_{row}.csv", csv_of(one))
        archive.writestr("set/data/targets.csv", texts["ids.csv"] + "\n")
        people = [f"{row},p{row % 5}" for row in rows]
        archive.writestr("set/groups/people.csv", "\n".join(["id,who", *people, ""]))
        archive.writestr("set/rooms.png", picture(0))
    lists = [one[:, 0].tolist() for one in waves]
    pd.DataFrame({"wave": lists, "label": label}).to_parquet(folder / "waves.parquet")
    elsewhere(folder, pd.DataFrame({"size": [n[0] for n in number], "colour": colour, "y": label}))
    pixels = np.random.default_rng(0).integers(0, 255, (N, 8, 8), np.uint8)
    part = {"x_test": pixels[:10], "y_test": np.arange(10) % 2}
    np.savez(folder / "digits.npz", x_train=pixels, y_train=np.arange(N) % 2, **part)
    return folder


def elsewhere(folder: Path, orders: pd.DataFrame) -> None:
    """The same rows as a database and others keep them."""
    base = sqlite3.connect(folder / "shop.db")
    orders.to_sql("orders", base, index=False)
    base.close()
    orders.to_feather(folder / "rows.feather")
    years = orders.assign(year=[2000 + row % 12 for row in range(N)])
    years.to_parquet(folder / "sales", partition_cols=["year"])
    orders.to_stata(folder / "survey.dta", write_index=False)
    (folder / "saved").mkdir()
    texts = pa.table({"text": [words(n) for n in range(N)], "label": orders["y"]})
    stream = pa.ipc.new_stream(folder / "saved" / "data.arrow", texts.schema)
    with stream:
        stream.write_table(texts)
    (folder / "saved" / "state.json").write_text('{"_data_files": [{"filename": "data.arrow"}]}')
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for part in range(2):
            archive.writestr(f"orders/{part}.csv", orders[part::2].to_csv(index=False))


def ts(waves, label) -> str:
    head = "@problemName Beats\n@univariate false\n@classLabel true a b\n@data\n"
    return head + "\n".join(
        ":".join([*(",".join(map(str, channel)) for channel in one.T.tolist()), y])
        for one, y in zip(waves, label, strict=True)
    )


def given() -> dict[str, object]:
    rng = np.random.default_rng(0)
    clips = [rng.integers(-999, 999, 900).astype(np.int16) for _ in range(N)]
    cells = [{"bytes": picture(row), "path": f"{row}.png"} for row in range(N)]
    return {
        "frame": pd.DataFrame({"image": cells, "label": ["ab"[row % 2] for row in range(N)]}),
        "sounds": pd.DataFrame(
            {
                "clip": [{"array": wave, "sampling_rate": 8_000} for wave in clips],
                "label": ["ab"[row % 2] for row in range(N)],
            }
        ),
        "pairs": [(wave, 8_000) for wave in clips],
        "photographs": [Image.open(io.BytesIO(picture(row))) for row in range(N)],
        "X": rng.normal(size=(N, 2)),
        "y": np.arange(N) % 2,
        "pictures": rng.integers(0, 255, (N, 8, 8), np.uint8),
        "waves": rng.normal(size=(N, 30, 3)),
        "squares": rng.normal(size=(N, 8, 8)),
        "texts": [words(row) for row in range(N)],
    }


@pytest.mark.parametrize(("line", "kinds"), LINES, ids=[line for line, _ in LINES])
def test_line_of_the_table_of_sources_reads_what_it_says(home, monkeypatch, line, kinds):
    monkeypatch.chdir(home)
    collect = eval(line, {"Collect": ff.Collect, **given()})
    collected = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    assert [column.kind for column in collected.schema.inputs] == kinds.split(", ")
    pieces = 4 * (N // 4 - 4)  # of four engines, from the fifth step on
    if "engines" in line:
        assert len(collected.table) == pieces
        return
    assert len(collected.table) == (N + 10 if "TEST" in line or "npz" in line else N)
    assert collected.usable.all()


def test_table_of_sources_has_a_line_a_row():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    rows = [line for line in rows if "](video.md)" not in line]  # which has tests of its own
    assert len(LINES) == len(rows) - 1 >= 30
