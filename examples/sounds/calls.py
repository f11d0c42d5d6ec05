"""Made-up calls of four animals as a folder of WAV files, one subfolder an animal."""

import wave
from pathlib import Path

import numpy as np

RATE = 8000
EACH = 80


def call(animal: str, rng: np.random.Generator) -> np.ndarray:
    """A call in noise, at another pitch, speed and loudness each time: `(samples,)` int16."""
    seconds = rng.uniform(0.25, 0.6)
    time = np.arange(int(seconds * RATE)) / RATE
    part, pitch = time / seconds, rng.uniform(500, 1100)
    pitches = {
        "rising": pitch * (1 + 0.8 * part),
        "falling": pitch * (1.8 - 0.8 * part),
        "steady": np.full_like(time, 1.4 * pitch),
        "warbling": pitch * (1.4 + 0.25 * np.sin(2 * np.pi * rng.uniform(6, 12) * time)),
    }[animal]
    phase = 2 * np.pi * np.cumsum(pitches) / RATE
    tone = (np.sin(phase) + 0.4 * np.sin(2 * phase)) * np.sin(np.pi * part)
    sound = rng.uniform(0.05, 0.5) * (tone + rng.uniform(0.1, 0.5) * rng.normal(size=len(time)))
    return np.rint(32_767 * sound.clip(-1, 1)).astype(np.int16)


def write_calls(folder: Path) -> Path:
    """Write 80 calls of each animal, 8,000 Hz, as `folder/rising/07.wav`."""
    rng = np.random.default_rng(0)
    for animal in ("rising", "falling", "steady", "warbling"):
        (folder / animal).mkdir(parents=True, exist_ok=True)
        for number in range(EACH):
            with wave.open(str(folder / animal / f"{number:02d}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(call(animal, rng).tobytes())
    return folder
