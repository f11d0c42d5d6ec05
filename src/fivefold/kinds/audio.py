"""Sounds: files or arrays, brought to one rate."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing, null_words, word
from fivefold.codecs.coded import objects
from fivefold.codecs.mel import bands_of
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.codecs.wav import wav_bytes
from fivefold.codecs.waveform import begins_as_sound, is_pair, rate_of, samples_of, waveform
from fivefold.core.finding import Finding, finding
from fivefold.kinds.area import Area, areas_of_sounds
from fivefold.kinds.audio_state import AudioState
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.clips import CLIPS, PACE, SILENT
from fivefold.kinds.disturbance import Change, Disturbance
from fivefold.kinds.interference import of_sounds
from fivefold.kinds.kind import Kind
from fivefold.kinds.nonsense import noise_of
from fivefold.kinds.sample import Sample

RATE = 16_000
"""Samples a second where nothing says a rate, and the most that are kept."""

LONGEST = 10.0
"""Seconds kept of a sound where the length follows from the data."""

LONGEST_WHOLE = 30.0
"""The same where each step has an answer of its own, or is written down."""

USUAL = 0.98
"""Fraction of the training sounds that are read to their end, unless they are longer than that."""

CHUNK = 256
"""Sounds that are encoded at a time."""

EXACT = 2_048
"""Training sounds that loudness is taken from; of more, evenly spaced ones."""


class Audio(Kind):
    """Sounds, as files, bytes or arrays, of one rate a column."""

    name = "audio"
    block = CLIPS
    wanted = "sounds"
    chunk = CHUNK
    state = AudioState
    settings = ("sound_length",)
    control = "sound"
    item = "a sound"
    nullable, nullable_beside = False, True
    depth = 1
    written_as = "rate"
    plural = "sounds"
    sources = frozenset({"sound"})
    suffixes = frozenset((".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif"))
    nulls = "asked"
    reads_as = frozenset()
    spoils = True
    saved_as = "WAV or FLAC"
    opaque = True
    places, marks = "frames", "seconds"

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(samples,)` int16 at the column's rate, or None."""
        absent, rate = null_words(column.missing), _rate_in(column.format)

        def read(value: object) -> Array | None:
            if is_missing(value) or (isinstance(value, str) and word(value) in absent):
                return None
            return waveform(value, rate)

        return read

    def fit(self, cells: Cells, column: Column, settings: Settings) -> AudioState:
        """The length that most sounds have, and how loud their bands are."""
        rate = _rate_in(column.format) or RATE
        bands, every = bands_of(rate), -(-len(cells) // EXACT) or 1
        lengths: list[int] = []
        total, squares = np.zeros(bands.count), np.zeros(bands.count)
        frames = 0
        asked = settings.sound_length
        longest = LONGEST_WHOLE if settings.whole else LONGEST
        most = max(bands.window, round((asked or longest) * rate))
        for first, sounds in cells.pieces(CHUNK):
            lengths += [len(sound) for sound in sounds if sound is not None]
            for sound in sounds[-first % every :: every]:
                if sound is not None:
                    loud = bands.loudness(sound[:most]).astype(np.float64)
                    total, squares = total + loud.sum(axis=0), squares + (loud**2).sum(axis=0)
                    frames += len(loud)
        counts = np.array(lengths)
        usual = int(np.ceil(np.quantile(counts, USUAL))) if len(counts) else 0
        length = most if asked else max(bands.window, min(most, usual))
        mean = total / max(frames, 1)
        variance = np.maximum(squares / max(frames, 1) - mean**2, 0.01)
        return AudioState(
            length=length,
            rate=rate,
            mean=mean.astype(np.float32),
            std=np.sqrt(variance).astype(np.float32),
            sounds=len(counts),
            unread=(counts[counts > length] - length) / rate,
        )

    def encode(self, values: Array, column: Column, state: AudioState) -> Array:
        """Int16 `(n, length)`, `SILENT` behind the end; of a longer sound its beginning."""
        encoded = np.full((len(values), state.length), SILENT, dtype=np.int16)
        for row, sound in zip(encoded, values, strict=True):
            if sound is not None:
                row[: len(sound)] = sound[: state.length]
        return encoded

    def pack(self, state: AudioState) -> tuple[Any, dict[str, Array]]:
        return {"length": state.length, "rate": state.rate}, {"mean": state.mean, "std": state.std}

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> AudioState:
        return AudioState(**{**values, **arrays})

    def remarks(self, column: Column, state: AudioState) -> tuple[Finding, ...]:
        return (state.cut(column.name),) if len(state.unread) else ()

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """The seconds of each sound."""
        rate = _rate_in(column.format) or RATE
        lengths = [np.nan if sound is None else len(sound) / rate for sound in values]
        return {"seconds": np.array(lengths, dtype=np.float64)}

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        """Seconds, and how loud sounds are: the root of their mean square."""
        loud = [
            np.nan
            if sound is None or not len(sound)
            else float(np.sqrt(np.square(sound, dtype=np.float64).mean()))
            for sound in values
        ]
        return {**self.sizes(values, column), "loudness": np.array(loud, np.float64)}

    def extent(self, cell: Any, column: Column) -> float:
        return len(cell) / (_rate_in(column.format) or RATE)

    def positions(self, values: Array, column: Column) -> Array:
        bands = bands_of(_rate_in(column.format) or RATE)
        lengths = [0 if sound is None else bands.frames(len(sound)) for sound in values]
        return -(-np.array(lengths, np.int64) // PACE)

    def pace(self, column: Column) -> float:
        bands = bands_of(_rate_in(column.format) or RATE)
        return PACE * bands.hop / bands.rate

    def drawn(self, cell: Array, column: Column) -> Array:
        """The loudness of its bands, low ones at the bottom, dark where it is quiet."""
        loud = bands_of(_rate_in(column.format) or RATE).loudness(cell).T[::-1]
        low, high = loud.min(), max(loud.max(), loud.min() + 1)
        shades: Array = np.rint(255 * (loud - low) / (high - low)).astype(np.uint8)
        return shades

    # --- recognition

    def is_cell(self, value: object) -> bool:
        if isinstance(value, Mapping):
            return "array" in value and "sampling_rate" in value
        return is_pair(value) or (isinstance(value, bytes) and begins_as_sound(value))

    def form(self, sample: Sample) -> str:
        """The commonest rate, at most 16,000 samples a second, which is also that of no rate."""
        rates = Counter(filter(None, map(rate_of, sample.items)))
        commonest = max(rates, key=lambda rate: (rates[rate], rate), default=RATE)
        return f"{min(RATE, commonest)} Hz"

    def noted(self, sample: Sample, name: str) -> list[Finding]:
        """That sounds say no rate, or one that is not their column's."""
        rates = Counter(rate for rate in map(rate_of, sample.items) if rate is not None)
        rate = self.form(sample)
        if rates.keys() <= {_rate_in(rate)}:
            return []
        told = {f"{one} Hz" if one else "no rate": count for one, count in rates.items()}
        if rates.keys() == {0}:
            sentence = (
                f"The sounds of `{name}` say no rate and are taken to be at {rate}. Give "
                'each as (array, rate), or as {"array": ..., "sampling_rate": ...}.'
            )
            return [finding("no_rate", sentence, column=name, rate=_rate_in(rate))]
        shares = ", ".join(f"{count} at {one}" for one, count in sorted(told.items()))
        sentence = (
            f"The sounds of `{name}` are brought to {rate}: of {rates.total()} that were "
            f"looked at, {shares}."
        )
        return [finding("resampled", sentence, column=name, rates=told)]

    # --- doors

    def weight(self, cell: object) -> int:
        return samples_of(cell)

    def to_text(self, values: Array, column: Column) -> list[str]:
        return [cell or "" for cell in self.to_json(values, column)]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        """Base64 of WAV files, None where missing."""
        rate = _rate_in(column.format) or RATE
        return [None if sound is None else _as_text(sound, rate) for sound in values]

    def to_frame(self, values: Array, column: Column) -> Array:
        """The bytes of WAV files."""
        cells = self.to_json(values, column)
        return objects(None if cell is None else base64.b64decode(cell) for cell in cells)

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: AudioState = fitted.state
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        seconds = state.length / state.rate
        return {
            "form": "base64 of a WAV file (PCM of 8, 16, 24 or 32 bits, or floats), of any rate "
            f"and number of channels; or a list of samples at {state.rate} Hz; FLAC, Ogg and MP3 "
            "files where the server has soundfile",
            "shape": (state.length,),
            "example": example,
            "policy": {
                "other_rate": f"resampled to {state.rate} Hz",
                "channels": "averaged",
                "too_long": f"the first {seconds:.3g} s are read",
            },
        }

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Short chords of three tones, which fade."""
        state: AudioState = fitted.state
        cells = []
        for _ in range(rows):
            count = min(state.length, state.rate // 8)
            time = np.arange(count) / state.rate
            pitches = rng.uniform(0.02, 0.4, 3)[:, None] * state.rate
            tones = np.sin(2 * np.pi * pitches * time).mean(axis=0)
            fading = np.exp(-time * rng.uniform(2, 20))
            loud = np.rint(rng.uniform(2_000, 20_000) * tones * fading)
            cells.append(_as_text(loud.astype(np.int16), state.rate))
        return cells

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return of_sounds(_rate_in(column.format) or RATE)

    def areas(self, column: Column, seen: Array) -> tuple[Area, ...]:
        return areas_of_sounds(_rate_in(column.format) or RATE, seen)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        return noise_of(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """The same sounds backwards, at half their loudness."""
        for row in np.flatnonzero(some):
            if values[row] is not None:
                values[row] = (values[row][::-1] // 2).astype(np.int16)
        return values


def _rate_in(format: str) -> int:
    """The rate that the format of a column names: `8000 Hz`; 0 where it names none."""
    return int(format.split()[0]) if format else 0


def _as_text(sound: Array, rate: int) -> str:
    return base64.b64encode(wav_bytes(sound, rate)).decode("ascii")
