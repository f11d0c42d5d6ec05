"""Templates of pages, with the filters that all of them use."""

from importlib.resources import files
from typing import Any

from fivefold.report.grids import sized
from fivefold.report.lines import ticked


def filled(name: str, **values: Any) -> str:
    """A page: a template with its values; all that comes from data is escaped.

    Args:
        name: of its file.
        values: by name; one that the template asks for and that is not there is an error.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("fivefold.report")
    loader = FunctionLoader(lambda part: folder.joinpath(part).read_text(encoding="utf-8"))
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=loader
    )
    environment.filters |= {"ticked": ticked, "sized": sized}
    return environment.get_template(name).render(**values)
