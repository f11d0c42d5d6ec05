"""The page at `/`: a form made from the contract, and the answer as bars."""

import json
from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from fivefold.kinds.known import kind_of
from fivefold.serve.contract import Contract, Field
from fivefold.tasks.known import task_of

LINKS = '<a href="/schema">schema</a> <a href="/health">health</a>'
WHY = '<details id="why"><summary>Why?</summary><div id="added"></div></details>\n'
LISTED = 40  # categories beyond which a list to type in replaces a menu


def render_page(
    contract: Contract,
    digest: str = "",
    nonce: str = "",
    site: Mapping[str, Any] | None = None,
    code: str = "",
) -> str:
    """One self-contained HTML page; whatever comes from data is escaped.

    Args:
        contract: what the form asks for.
        digest: of the bundle, shown at the foot.
        nonce: of the Content-Security-Policy.
        site: what the page needs to know to answer by itself; None where a server answers.
        code: JavaScript by which it then reads cells.

    Returns:
        HTML that fetches nothing but answers of this server, or the graph that lies beside it.
    """
    assets = files("fivefold.serve")
    style = assets.joinpath("page.css").read_text(encoding="utf-8")
    script = assets.joinpath("page.js").read_text(encoding="utf-8")
    asking = assets.joinpath("ask.js" if site is None else "site.js").read_text("utf-8")
    script = f"{asking}{code}\n{script}"
    task = task_of(contract.task)
    for drawing in ("band.js",) * task.ahead + ("overlay.js",) * task.plane:
        script += assets.joinpath(drawing).read_text(encoding="utf-8")
    if site is None and contract.explains:
        script += assets.joinpath("explain.js").read_text(encoding="utf-8")
    fields = "\n".join(_field(field, place) for place, field in enumerate(contract.fields))
    target, told = escape(contract.target), _safe(contract.to_json())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{target} - fivefold</title>
<style nonce="{escape(nonce)}">
{style}</style>
</head>
<body>
<main>
<header>
<h1>{target}</h1>
<p>{_subtitle(contract)}</p>
</header>
<form id="form" autocomplete="off">
{fields}
</form>
<section id="answer" aria-live="polite">
<p id="message" role="alert" hidden></p>
<p id="headline"></p>
<div id="bars"></div>
{WHY if site is None and contract.explains else ""}<details>
<summary>The request as JSON</summary>
<pre id="request"></pre>
</details>
</section>
<footer>{LINKS if site is None else ""}
<code>{escape(digest[:16])}</code></footer>
</main>
<script type="application/json" id="contract" nonce="{escape(nonce)}">{told}</script>
{"" if site is None else _alone(site)}
<script nonce="{escape(nonce)}">
{script}</script>
</body>
</html>
"""


def _alone(site: Mapping[str, Any]) -> str:
    """What stands before the script of a page that answers by itself."""
    told = f'<script type="application/json" id="site">{_safe(site)}</script>'
    return f'{told}\n<script src="ort/ort.wasm.min.js"></script>'


def _safe(values: Mapping[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(values, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _subtitle(contract: Contract) -> str:
    task = task_of(contract.task)
    each = f", for each {'pixel' if task.plane else 'position'}" * task.sequence
    which = "Any" if task.several else "One"
    if not contract.classes or task.network or task.spells:
        aim = contract.aim
        return escape(f"{aim[:1].upper()}{aim[1:]}, from what you enter below.")
    if len(contract.classes) > 6:
        noun = "labels" if task.several else "classes"
        return f"{which} of {len(contract.classes):,} {noun}{each}, from what you enter below."
    between = " &lt; " if task.simple == "order" else ", "
    labels = between.join(f"<b>{escape(str(label))}</b>" for label in contract.classes)
    return f"{which} of {labels}{each}."


def _field(field: Field, place: int) -> str:
    control, hint = _CONTROLS[field.control](field, f"field-{place}")
    note = f"<small>{escape(hint)}</small>" if hint else ""
    return (
        f'<div class="field {field.control}" data-place="{place}">'
        f'<label for="field-{place}">{escape(field.name)}</label>{control}{note}</div>'
    )


def _number(field: Field, name: str) -> tuple[str, str]:
    start, example = _start(field, name), _example(field)
    box = f'<input {start} type="number" step="any" value="{example}" placeholder="missing">'
    if not field.usual:
        return box, field.unit
    low, high = field.usual
    return box, f"usually {low:,.12g} to {high:,.12g} {field.unit}".strip()


def _menu(field: Field, name: str) -> tuple[str, str]:
    start, known = _start(field, name), field.categories
    if not known:  # a key of another source
        return f'<input {start} type="text" value="{_example(field)}" placeholder="missing">', ""
    if len(known) <= LISTED:
        return _select(start, {category: category for category in known}, str(field.example)), ""
    options = "".join(f'<option value="{escape(c)}">' for c in known[:1000])
    box = f'<input {start} type="text" list="{name}-list" value="{_example(field)}">'
    hint = f"{len(known):,} known categories; type to find one"
    return f'{box}<datalist id="{name}-list">{options}</datalist>', hint


def _toggle(field: Field, name: str) -> tuple[str, str]:
    chosen = "false" if field.example is False else "true"
    return _select(_start(field, name), {"true": "yes", "false": "no"}, chosen), ""


def _select(start: str, options: dict[str, str], chosen: str) -> str:
    items = "".join(
        f'<option value="{escape(value)}"{" selected" * (value == chosen)}>{escape(text)}</option>'
        for value, text in options.items()
    )
    return f'<select {start}>{items}<option value="">(missing)</option></select>'


def _moment(field: Field, name: str) -> tuple[str, str]:
    day, _, time = _example(field).partition("T")
    value = f"{day}T{time or '00:00:00'}" if day else ""
    return f'<input {_start(field, name)} type="datetime-local" step="1" value="{value}">', "UTC"


def _words(field: Field, name: str) -> tuple[str, str]:
    nested = _nested(field)
    return f'<input {_start(field, name)}{nested} type="text" value="{_example(field)}">', ""


def _lines(field: Field, name: str) -> tuple[str, str]:
    nested = _nested(field)
    text = f'<textarea {_start(field, name)}{nested} rows="5">{_example(field)}</textarea>'
    return text, field.form if nested else ""


def _nested(field: Field) -> str:
    """What says that a list is typed as JSON."""
    return " data-nested" * bool(kind_of(field.kind).depth)


def _picture(field: Field, name: str) -> tuple[str, str]:
    light = sum(field.mean_colour) > 127 * len(field.mean_colour)
    canvas = (
        f'<canvas {_start(field, name)} width="280" height="280" data-light="{int(light)}" '
        'aria-label="Draw here"></canvas>'
        '<div class="tools"><button type="button" data-clear>Clear</button>'
        '<label class="button">Open a picture<input type="file" accept="image/*" hidden></label>'
        "</div>"
    )
    channels, height, width = field.shape
    colour = "grey" if channels == 1 else "colour"
    hint = f"Draw, or open a picture. The model sees {width} x {height} pixels in {colour}."
    return canvas, hint


def _colour(field: Field, name: str) -> tuple[str, str]:
    box = f'<input {_start(field, name)} type="color" value="{_example(field) or "#808080"}">'
    missing = '<label><input type="checkbox" data-missing> missing</label>'
    return box + missing * field.nullable, ""


def _sound(field: Field, name: str) -> tuple[str, str]:
    box = (
        f'<div {_start(field, name)} class="tools" data-rate="{_rate_of(field)}">'
        '<button type="button" data-record>Record</button>'
        '<label class="button">Open a sound<input type="file" accept="audio/*" hidden></label>'
        "<audio data-player controls hidden></audio></div>"
    )
    seconds = field.shape[0] / _rate_of(field)
    hint = (
        f"Record, or open a sound. The model hears its first {seconds:.3g} s at "
        f"{_rate_of(field):,} Hz."
    )
    return box, hint


def _film(field: Field, name: str) -> tuple[str, str]:
    box = (
        f'<div {_start(field, name)} class="tools">'
        '<label class="button">Open a clip<input type="file" accept="image/*,video/*" hidden>'
        "</label><span data-name></span>"
        "<img data-still alt='' hidden>"
        "<video data-player controls muted loop hidden></video></div>"
    )
    _, frames, height, width = field.shape
    hint = (
        f"Open a clip: GIF, WebP or PNG, or what the server decodes. The model sees {frames} "
        f"frames of {width} x {height} pixels, evenly over it."
    )
    return box, hint


def _numbers(field: Field, name: str) -> tuple[str, str]:
    steps, channels = field.shape
    text = _example(field).replace("], ", "],\n")
    box = (
        f'<textarea {_start(field, name)} data-nested data-steps rows="5">{text}</textarea>'
        '<div class="tools"><label class="button">Open a file of numbers'
        '<input type="file" accept=".csv,.tsv,.txt,.json" data-file hidden></label></div>'
        "<canvas data-plot hidden></canvas>"
    )
    each = "a number a line" if channels == 1 else f"a line a step, {channels} numbers each"
    return box, f"Paste or open numbers: {each}, or lists in JSON. Up to {steps:,} steps are read."


def _rate_of(field: Field) -> int:
    """The samples a second of a column of sounds."""
    return int(field.column.format.split()[0])


_CONTROLS: dict[str, Callable[[Field, str], tuple[str, str]]] = {
    "number": _number,
    "menu": _menu,
    "toggle": _toggle,
    "moment": _moment,
    "words": _words,
    "lines": _lines,
    "picture": _picture,
    "colour": _colour,
    "sound": _sound,
    "film": _film,
    "numbers": _numbers,
}
"""The element to fill in and a hint, by control; `values` of page.js reads it."""


def _start(field: Field, name: str) -> str:
    return f'id="{name}" data-control="{field.control}"'


def _example(field: Field) -> str:
    """The example as what is filled in."""
    if field.example is None:
        return ""
    is_text = isinstance(field.example, str)
    return escape(field.example if is_text else json.dumps(field.example, ensure_ascii=False))
