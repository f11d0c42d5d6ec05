"""The page at `/`: a form made from the contract, and the answer as bars."""

import json
from html import escape
from importlib.resources import files

from fivefold.serve.contract import Contract, Field

LISTED = 40  # categories beyond which a list to type in replaces a menu


def render_page(contract: Contract, digest: str = "", nonce: str = "") -> str:
    """One self-contained HTML page; whatever comes from data is escaped.

    Args:
        contract: what the form asks for.
        digest: of the bundle, shown at the foot.
        nonce: of the Content-Security-Policy.

    Returns:
        HTML that fetches nothing but answers of this server.
    """
    assets = files("fivefold.serve")
    style = assets.joinpath("page.css").read_text(encoding="utf-8")
    script = assets.joinpath("page.js").read_text(encoding="utf-8")
    fields = "\n".join(_field(field, place) for place, field in enumerate(contract.fields))
    target = escape(contract.target)
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
<details>
<summary>The request as JSON</summary>
<pre id="request"></pre>
</details>
</section>
<footer><a href="/schema">schema</a> <a href="/health">health</a>
<code>{escape(digest[:16])}</code></footer>
</main>
<script type="application/json" id="contract" nonce="{escape(nonce)}">{_safe(contract)}</script>
<script nonce="{escape(nonce)}">
{script}</script>
</body>
</html>
"""


def _safe(contract: Contract) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(contract.to_json(), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _subtitle(contract: Contract) -> str:
    if contract.task == "regression":
        return "A number, from what you enter below."
    if len(contract.classes) > 6:
        return f"One of {len(contract.classes):,} classes, from what you enter below."
    return "One of " + ", ".join(f"<b>{escape(str(label))}</b>" for label in contract.classes) + "."


def _field(field: Field, place: int) -> str:
    control, hint = _control(field, f"field-{place}")
    note = f"<small>{escape(hint)}</small>" if hint else ""
    return (
        f'<div class="field {field.kind}" data-place="{place}">'
        f'<label for="field-{place}">{escape(field.name)}</label>{control}{note}</div>'
    )


def _control(field: Field, name: str) -> tuple[str, str]:
    """The element to fill in, and a hint."""
    start = f'id="{name}" data-kind="{field.kind}"'
    example = "" if field.example is None else escape(str(field.example))
    if field.kind == "image":
        return _canvas(field, start), _size(field)
    if field.kind == "text":
        return f'<textarea {start} rows="5">{example}</textarea>', ""
    if field.kind == "boolean":
        return _menu(start, {"true": "yes", "false": "no"}, "true"), ""
    if field.kind == "categorical" and len(field.categories) <= LISTED:
        known = {category: category for category in field.categories}
        return _menu(start, known, str(field.example)), ""
    if field.kind == "categorical":
        options = "".join(f'<option value="{escape(c)}">' for c in field.categories[:1000])
        box = f'<input {start} type="text" list="{name}-list" value="{example}">'
        hint = f"{len(field.categories):,} known categories; type to find one"
        return f'{box}<datalist id="{name}-list">{options}</datalist>', hint
    if field.kind == "datetime":
        return f'<input {start} type="datetime-local" step="1" value="{example}T00:00:00">', "UTC"
    box = f'<input {start} type="number" step="any" value="{example}" placeholder="missing">'
    return box, _range(field)


def _menu(start: str, options: dict[str, str], chosen: str) -> str:
    items = "".join(
        f'<option value="{escape(value)}"{" selected" * (value == chosen)}>{escape(text)}</option>'
        for value, text in options.items()
    )
    return f'<select {start}>{items}<option value="">(missing)</option></select>'


def _canvas(field: Field, start: str) -> str:
    light = sum(field.mean_colour) > 127 * len(field.mean_colour)
    return (
        f'<canvas {start} width="280" height="280" data-light="{int(light)}" '
        'aria-label="Draw here"></canvas>'
        '<div class="tools"><button type="button" data-clear>Clear</button>'
        '<label class="button">Open a picture<input type="file" accept="image/*" hidden></label>'
        "</div>"
    )


def _size(field: Field) -> str:
    channels, height, width = field.shape
    colour = "grey" if channels == 1 else "colour"
    return f"Draw, or open a picture. The model sees {width} x {height} pixels in {colour}."


def _range(field: Field) -> str:
    if not field.usual:
        return field.unit
    low, high = field.usual
    return f"usually {low:,.12g} to {high:,.12g} {field.unit}".strip()
