"""The address of what is searched: of a stage, of its setting, of an estimator's parameter."""

from typing import Any

from fivefold.core.chain import Chain
from fivefold.core.parameters import has_parameters, with_parameters
from fivefold.core.space import OneOf, holds_space
from fivefold.core.stage import Stage
from fivefold.core.wording import brief, nearest
from fivefold.errors import ConfigError, FivefoldError

WHO = "tune"


def setting_of(at: str) -> str:
    """The setting, `stage.setting`, or the whole stage that something at an address belongs to.

    Example:
        >>> setting_of("train.model.C"), setting_of("train[0].lr")
        ('train.model', 'train')
    """
    return ".".join(at.partition("[")[0].split(".")[:2])


def fault_of(pipeline: Chain, address: str, name: str, value: Any) -> FivefoldError | None:
    """What is wrong with an address, as far as its stage goes, or with what stands there."""
    if name not in pipeline.names:
        near = nearest(name, pipeline.names)
        hint = f"Write {address.replace(name, near, 1)!r}." if near else "Name one of its stages."
        wanted = f"a stage among {', '.join(pipeline.names)}"
        return ConfigError.expected(WHO, wanted, f"{address!r}", hint, name=name)
    if not holds_space(value):
        remedy = f"Write ff.choice, ff.uniform, ff.log_uniform or ff.integer for {address!r}."
        return ConfigError.expected(WHO, "a space", f"{brief(value)} at {address!r}", remedy)
    if "." not in address and not isinstance(value, OneOf):
        remedy = "Name a setting too, `stage.setting`, or write ff.choice(Stage(...), Stage(...))."
        return ConfigError.expected(WHO, "a choice of stages", f"{brief(value)}", remedy)
    return None


def put_space(
    settings: dict[str, Any], stage: Stage, address: str, value: Any
) -> FivefoldError | None:
    """Put a space among the settings of a stage, or into an estimator; or what is wrong with it."""
    name, setting, *inner = address.split(".", 2)
    fields, here = type(stage).model_fields, f"{name}.{setting}"
    if not inner:
        owners = [n for n in fields if setting in _parameters(getattr(stage, n))]
        if setting not in fields and owners:
            wanted = f"a setting of {type(stage).__name__}"
            found = f"{setting!r}, which is one of its {owners[0]}"
            remedy = f"Write '{name}.{owners[0]}.{setting}'."
            return ConfigError.expected(WHO, wanted, found, remedy)
        taken, settings[setting] = setting in settings, value
    else:
        given = getattr(stage, setting, None)
        if not has_parameters(given):
            remedy = f"Write {here!r}, or pass an estimator there."
            found = f"{brief(given)} for {address!r}"
            return ConfigError.expected(WHO, f"an estimator as {here!r}", found, remedy)
        if inner[0] not in _parameters(given):
            near = nearest(inner[0], [*_parameters(given)])
            remedy = (
                f"Write '{here}.{near}'." if near else f"See {type(given).__name__}.get_params()."
            )
            wanted = f"a parameter of {type(given).__name__}"
            return ConfigError.expected(WHO, wanted, repr(inner[0]), remedy)
        before = settings.get(setting, given)
        taken = not has_parameters(before)
        settings[setting] = before if taken else with_parameters(before, {inner[0]: value})
    if not taken:
        return None
    remedy = "Put spaces for parameters into the options."
    found = f"{here!r} and its parameters"
    return ConfigError.expected(WHO, "estimators or their parameters", found, remedy)


def _parameters(value: Any) -> dict[str, Any]:
    """What an estimator can be given, by name; of anything else nothing."""
    return dict(value.get_params(deep=True)) if has_parameters(value) else {}
