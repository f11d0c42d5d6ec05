"""Peak memory of a run on small pictures with a few large ones among them, and how fast they come.

    python tests/benchmarks/pictures.py [--pictures 2000] [--side 100] [--large 40] [--epochs 1]
    python tests/benchmarks/pictures.py --pictures 160 --side 400 --large 0 --frames 40

The second is of clips: GIF files of so many frames. It fails where the peak passes 1 GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LARGE = 3000
"""Pixels a side of the large ones."""

LIMIT = 1e9
"""Bytes."""


def make(folder: Path, pictures: int, side: int, large: int, frames: int = 0) -> None:
    """Pictures of four classes as JPEG files in class folders, or as GIF files that move."""
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(0)
    every = max(1, pictures // max(large, 1))
    for number in range(pictures):
        label = number % 4
        big = large and number % every == 0
        size = LARGE if big else side
        tiles = draw.integers(0, 256, (10, 10, 3))
        tiles[:, :, label % 3] //= 2 + label
        picture = Image.fromarray(tiles.astype(np.uint8)).resize((size, size))
        path = folder / f"class{label}" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        if frames:
            pixels = np.asarray(picture.quantize(16).convert("RGB"))
            turned = [np.roll(pixels, 3 * frame, axis=label % 2) for frame in range(frames)]
            first, *others = map(Image.fromarray, turned)
            first.save(path.with_suffix(".gif"), save_all=True, append_images=others)
            continue
        picture.save(path, quality=85)


def run(folder: Path, epochs: int) -> dict[str, float]:
    """The five stages in this process: seconds, peak bytes, pictures a second."""
    import fivefold as ff

    begun = time.perf_counter()
    stages = [
        ff.Collect(folder),
        ff.Preprocess(),
        ff.Train(epochs=epochs),
        ff.Evaluate(),
        ff.Deploy(folder / "model.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "decoded_a_second": max(result[ff.Collected].decoded.values()),
        "seconds": time.perf_counter() - begun,
    }


def main() -> int:
    """Make the pictures, run in a process of its own, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (
        ("pictures", 2000),
        ("side", 100),
        ("large", 40),
        ("epochs", 1),
        ("frames", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--run", type=Path)
    asked = parser.parse_args()
    if asked.run is not None:
        sys.stdout.write(json.dumps(run(asked.run, asked.epochs)))
        return 0
    with tempfile.TemporaryDirectory() as place:
        make(Path(place), asked.pictures, asked.side, asked.large, asked.frames)
        command = [sys.executable, __file__, "--run", place, "--epochs", str(asked.epochs)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    sys.stdout.write(
        f"{asked.pictures:,} pictures of {asked.side} x {asked.side}, {asked.large} of them of "
        f"{LARGE} x {LARGE}: peak {told['peak_bytes'] / 1e6:,.0f} MB, "
        f"{told['decoded_a_second']:,.0f} decoded a second, {told['seconds']:.0f} s\n"
    )
    return int(told["peak_bytes"] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
