"""The tables of a run together: those that it measured, and those that are made when asked for."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.report.ten import UNFILLED, Tables, unfilled

if TYPE_CHECKING:
    import pandas as pd


def tables_of(run: Any, more: "Mapping[str, pd.DataFrame] | None" = None) -> Tables:
    """The tables of a run that was evaluated, and those that others made of it.

    Args:
        run: a result or a context.
        more: tables by name, which go before those of the run.
    """
    measured = {**run[Evaluated].tables, **(more or {})}
    made: dict[str, Callable[[], pd.DataFrame]] = {}
    if run.get(Trained) is None:
        return Tables(measured, made)
    made |= {name: partial(_unmade, run, name) for name in INAPPLICABLE if name not in measured}
    if "augmentation_effect" not in measured and run[Trained].settings.tried:
        made["augmentation_effect"] = lambda: _changes(run[Trained])
    if "architectures" not in measured:
        made["architectures"] = lambda: _architectures(run[Trained])
    if more is None or "hardware" not in more:
        plain = measured.pop("hardware", None)
        made["hardware"] = lambda: _hardware(run, plain)
    return Tables(measured, made)


def _unmade(run: Any, name: str) -> "pd.DataFrame":
    """Why a table that takes more runs is not there: it says nothing here, or nobody asked."""
    why = INAPPLICABLE[name](run[Trained])
    return unfilled(why, applies=False) if why else unfilled(UNFILLED[name])


def no_augmentation(trained: Trained) -> str:
    """Why random changes to training rows cannot be judged; empty if they can."""
    entries = getattr(trained.model, "fixed", None)
    if entries is None or any(entry.part.every_change for entry in entries.entries):
        return ""
    return "no input here is changed at random in training"


def _changes(trained: Trained) -> "pd.DataFrame":
    """The networks that were trained with and without random changes, and the one that was kept."""
    import pandas as pd

    tried, kept = trained.settings.tried or {}, ", ".join(trained.settings.augment) or "none"
    return pd.DataFrame(
        {
            "random_changes": list(tried),
            "validation_loss": list(tried.values()),
            "kept": [changes == kept for changes in tried],
        }
    )


def no_transfer(trained: Trained) -> str:
    """Why weights that were learnt elsewhere cannot be judged; empty if they can."""
    from fivefold.models.networks import network_of

    if not list(trained.model.body.parameters()):
        return "it has no weights to begin with"
    if network_of(trained.model.body) is None or trained.settings.pretrained:
        return ""
    return "the network began with random weights; none were learnt elsewhere"


INAPPLICABLE: Mapping[str, Callable[[Trained], str]] = {
    "augmentation_effect": no_augmentation,
    "transfer_learning": no_transfer,
}


def _architectures(trained: Trained) -> "pd.DataFrame":
    """The networks that read the inputs of one that was trained, which stands first."""
    import pandas as pd

    from fivefold.models.architectures import architectures, described_as, example

    inputs, outputs = trained.model.fixed.inputs, trained.model.head.outputs
    name = f"{trained.settings.network or type(trained.model.body).__name__} (trained)"
    used = described_as(name, trained.model.body, inputs, example(inputs))
    used["parameters"] = trained.settings.parameters or used["parameters"]
    table = pd.DataFrame([used])
    if len(outputs) > 1:
        return table
    others = architectures(inputs, outputs[0])
    others = others[others["architecture"] != trained.settings.network]
    return pd.concat([table, others], ignore_index=True)


def _hardware(run: Any, plain: "pd.DataFrame | None") -> "pd.DataFrame":
    """What computed, and what it took, as far as this machine can tell."""
    import pandas as pd

    from fivefold.evaluate.effort import effort, is_here

    if plain is None:
        return unfilled("no stage of this run makes it")
    if not is_here(plain):
        return plain
    took = effort(run[Trained], run[Preprocessed], run[Collected])
    return pd.concat([plain, took], ignore_index=True)
