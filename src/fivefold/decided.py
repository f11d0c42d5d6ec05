"""What was read, what was decided and what it took, of a run: plain values with types."""

from collections.abc import Mapping, Sequence
from typing import Any

from fivefold.core.artifact import Facts


class Provenance(Facts):
    """Where collected rows came from; no times, so that it may stand in keys.

    Attributes:
        source: as it was given, in words.
        sha256: of the file, of the listing of several or of joined sources, or of the columns.
        bytes: of all that.
        rows: in all.
        licence: of the data; None where it is not known.
        encoding: of a source that is text.
        delimiter: of a source that is text.
        query: that a database was asked, with its `parameters` as JSON.
        test_source: as it was given, in words.
        files: what was read from disk or fetched: `path`, `sha256` and `bytes` of each.
        joined: the same of each source that was joined, by name, with its `on` and `time`.
    """

    source: str = ""
    sha256: str = ""
    bytes: int = 0
    rows: int = 0
    licence: str | None = None
    encoding: str = ""
    delimiter: str = ""
    query: str = ""
    parameters: str = ""
    test_source: str = ""
    files: Sequence[Mapping[str, Any]] = ()
    joined: Mapping[str, Mapping[str, Any]] = {}


BESIDE = ("linear_weight", "forest_weight", "kernels_weight")
"""Settings that are shares of what no rows stop, and so may learn from validation rows."""


class Decided(Facts):
    """Everything that was decided before and while a network learnt.

    Attributes:
        augment: random changes that were made in training.
        tried: the validation loss by sets of random changes, where one was chosen by it.
        parameters: numbers that are learnt, the `tree_nodes` of its trees among them.
        chosen: `by kinds` of the inputs, or `given`.
        epochs: at most; `epochs_run` were begun.
        best_epoch: whose weights were kept; None if there was none.
        batch: rows a step, which go through the network in `accumulate` pieces.
        patience: epochs without a better one after which training ends.
        clip: largest norm of gradients; None for any.
        ema: decay of the moving average of weights; None without one.
        encoded: whether inputs are prepared `once` or `by batch`.
        matmul: what multiplies matrices.
        members: networks in it, which learn as one if it is `stacked`.
        trees_weight: share of the `trees` in the answer, 0 to 1.
        linear_weight: share of a linear model of so many `terms` of texts, of short words of
            sequences, of traits, or of pooled loudness, 0 to 1.
        forest_weight: share of a forest of what series are like, 0 to 1.
        distance_weight: share of a distance from usual rows, 0 to 1.
        false_alarms: share of usual rows that may raise an alarm; None where none is raised.
        clean: whether all training rows were taken for usual.
        kernels_weight: share of a linear model of random convolutions, 0 to 1.
        all_rows: whether what stands beside the network learnt from validation rows too.
        written: an estimator as one writes it.
        estimator: of scikit-learn: its class and its parameters; None for a network.
        calibration: the map of probabilities: `how`, its `rows`, and its `temperature` or how many
            `knots`; None without one.
        preferred: what `prefer="simpler"` kept by validation rows: `network`, `linear`, `boosting`.
        exported: whether a graph answers as it does.
        privacy: what a differentially private training spent: `epsilon` and `delta` of one training
            row, by its `accountant`; its `noise_multiplier`, `clip`, `sample_rate` and `steps`;
            whether its noise is `seeded`; None for another one.
        pretrained: weights that the network began with: `source`, `sha256`, `revision`, `licence`,
            how many tensors were `taken`, which are `fresh`, whether the codec was `kept` or
            `refitted`, what is `frozen`; None where it began with random ones.
        rows: that an estimator learnt from, those for validation among them; 0 for a network.
        quality: the preset.
        seed: of the stage.
    """

    network: str = ""
    parameters: int = 0
    tree_nodes: int = 0
    chosen: str = ""
    epochs: int = 0
    epochs_run: int = 0
    best_epoch: int | None = None
    ending: str = ""
    batch: int = 0
    accumulate: int = 1
    optimizer: str = ""
    lr: float = 0.0
    rates: Mapping[str, float] | None = None
    freeze: Sequence[str] = ()
    weight_decay: float = 0.0
    schedule: str | None = None
    sampler: str | None = None
    patience: int = 0
    clip: float | None = None
    ema: float | None = None
    privacy: Mapping[str, Any] | None = None
    loss: str = ""
    quantile: float | None = None
    label_smoothing: float = 0.0
    class_weights: Any = None
    augment: Sequence[str] = ()
    tried: Mapping[str, float] | None = None
    callbacks: Sequence[str] = ()
    encoded: str = ""
    device: str = "cpu"
    precision: str = "float32"
    matmul: str = ""
    members: int = 1
    stacked: bool = False
    trees: int = 0
    trees_weight: float = 0.0
    terms: int = 0
    linear_weight: float = 0.0
    forest_weight: float = 0.0
    kernels_weight: float = 0.0
    all_rows: bool = False
    distance_weight: float = 0.0
    false_alarms: float | None = None
    clean: bool = False
    written: str = ""
    estimator: Any = None
    exported: bool = True
    pretrained: Mapping[str, Any] | None = None
    rows: int = 0
    preferred: str = ""
    calibration: Mapping[str, Any] | None = None
    quality: str = ""
    threads: int = 0
    torch: str = ""
    seed: int = 0


class Resources(Facts):
    """What training took.

    Attributes:
        seconds: wall-clock time, from the first decision to the last epoch; NaN if not measured.
        peak_bytes: most memory of the device; None if not measured.
        rows_per_second: that went through the network.
        resumed_steps: of an earlier start, that were not done again.
    """

    seconds: float = float("nan")
    peak_bytes: int | None = None
    rows_per_second: float = 0.0
    resumed_steps: int = 0
