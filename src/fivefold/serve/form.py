"""Requests that are forms of several parts, as browsers and `curl -F` send files."""

import json
import re
from base64 import b64encode
from email.message import Message

from fivefold.core.wording import first_line
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of
from fivefold.serve.contract import Contract
from fivefold.serve.messages import fault

FORM = "multipart/form-data"


def is_form(content_type: str) -> bool:
    """Whether the head of a request says that its body is a form."""
    return content_type.strip().lower().startswith(FORM)


def form_as_json(content_type: str, body: bytes, contract: Contract) -> bytes:
    """A form as the JSON that says the same: parts are cells, by the name of their column.

    Several parts of one name are cells of several rows, as many for each column. Files of columns
    that are no texts become base64.

    Args:
        content_type: of the request, with the boundary.
        body: of the request.
        contract: what the columns are.

    Raises:
        RequestError: if it is no such form, or its columns have unequal numbers of cells.
    """
    kinds = {field.name: kind_of(field.kind) for field in contract.fields}
    columns: dict[str, list[str]] = {}
    for name, content in _parts(content_type, body):
        if name in kinds and kinds[name].opaque and not _is_text(content, kinds[name]):
            cell = b64encode(content).decode("ascii")
        else:
            try:
                cell = content.decode()
            except UnicodeDecodeError as error:
                raise fault(f"text in UTF-8 for {name!r}", first_line(error)) from None
        columns.setdefault(name, []).append(cell)
    counts = {name: len(cells) for name, cells in columns.items()}
    if not columns or len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of {name!r}" for name, count in counts.items())
        raise fault("as many parts for each column", told or "none")
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return json.dumps({"instances": rows}).encode()


def _is_text(content: bytes, kind: Kind) -> bool:
    """Whether a cell of a kind that may be a file of text is one."""
    try:
        return bool(kind.loose) and bool(content.decode())
    except UnicodeDecodeError:
        return False


def _parts(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """The name and the content of each part."""
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise fault("a form whose head names its boundary", content_type)
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise fault("a whole form", "one without its end")
    found = []
    for piece in pieces[1:-1]:
        lines, gap, content = piece.partition(b"\r\n\r\n")
        name = re.search(rb'(?i)content-disposition:[^\r\n]*?;\s*name="([^"\r\n]*)"', lines)
        if not gap or name is None:
            raise fault("parts of a form that have names", "one without")
        found.append((_unescaped(name[1]), content))
    return found


def _unescaped(name: bytes) -> str:
    """A name as browsers write it: three signs are escaped, as addresses have them."""
    told = name.decode("utf-8", "replace")
    for sign, escaped in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        told = told.replace(escaped, sign)
    return told
