"""Strings of 3 to 5 spoken digits written down by the default, over seeds.

Run: python tests/benchmarks/transcripts.py FOLDER --to transcripts.json, where FOLDER holds
fsdd_wav.zip. A string is recordings of one speaker, one right after another; those of its test
strings have the numbers 0 to 4, as the publisher tests on them, and no training string has one.
"""

import zipfile
from collections import defaultdict
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from resumed import Run, Wanted, measured, parser

import fivefold as ff
from fivefold.codecs.waveform import waveform

SEEDS = [0, 1, 2]
RATE = 8000
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TRAIN, TEST = 1500, 300


def recordings(path: Path) -> dict[bool, dict[str, list[tuple[str, Any]]]]:
    """Test recordings and others, each by speaker: the word, and its samples."""
    found: dict[bool, dict[str, list[tuple[str, Any]]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".wav"):
                continue
            digit, speaker, number = Path(name).stem.split("_")
            sound = waveform(archive.read(name), RATE)
            found[int(number) < 5][speaker].append((NAMES[int(digit)], sound))
    return found


def strings(
    speakers: dict[str, list[tuple[str, Any]]], rows: int, rng: np.random.Generator
) -> dict[str, list[Any]]:
    """Rows of 3 to 5 recordings of one speaker, joined; and the words they say."""
    sounds, said, names = [], [], sorted(speakers)
    for row in range(rows):
        words = speakers[names[row % len(names)]]
        drawn = [words[place] for place in rng.integers(0, len(words), rng.integers(3, 6))]
        sounds.append((np.concatenate([sound for _, sound in drawn]), RATE))
        said.append([word for word, _ in drawn])
    return {"sound": sounds, "said": said}


def measure(folder: Path, seed: int) -> Run:
    """Train on the training strings; error rates on the test ones, beside a simple model."""
    rng, parts = np.random.default_rng(seed), recordings(folder / "fsdd_wav.zip")
    train, test = strings(parts[False], TRAIN, rng), strings(parts[True], TEST, rng)
    collect = ff.Collect(train, target="said", task="transcription", test_source=test)
    started, worked = perf_counter(), process_time()
    stages = [collect, ff.Preprocess(), ff.Train(), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    table = result.tables["model_comparison"].set_index("model")
    rates = {name: [float(e), e.low, e.high] for name, e in result.metrics.items()}
    others = {str(name): float(table.loc[name, "wer"]) for name in table.index[1:]}
    seconds = {"seconds": perf_counter() - started, "cpu_seconds": process_time() - worked}
    return {**rates, "others": others, **seconds}


def wanted(folder: Path, seeds: list[int]) -> Wanted:
    """One run a seed."""
    for seed in seeds:
        yield {"set": "digit strings", "seed": seed}, lambda seed=seed: measure(folder, seed)


if __name__ == "__main__":
    asked = parser(__doc__, seeds=SEEDS).parse_args()
    for run in measured(wanted(asked.folder, asked.seeds), asked.to):
        print(run)
