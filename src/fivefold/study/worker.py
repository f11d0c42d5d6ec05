"""A process of a study: reads orders, a line each, refits, and tells what becomes of it.

Its first line says what to import; afterwards each line is a unit. It ends with its input.
"""

import json
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from queue import Queue
from types import ModuleType
from typing import Any

from fivefold.artifacts import Collected
from fivefold.core.cache import Cache
from fivefold.core.context import Context
from fivefold.core.events import Event
from fivefold.core.key import Key
from fivefold.core.lock import locked
from fivefold.core.recipe import read_recipe
from fivefold.core.session import Session
from fivefold.core.wording import first_line
from fivefold.errors import FivefoldError
from fivefold.partition import Partition
from fivefold.pipeline import built_in_stages
from fivefold.study.order import pack_error, pack_event
from fivefold.study.start import Start
from fivefold.study.unit import Unit, fit_unit, keep
from fivefold.study.watch import Watch
from fivefold.train.rebuilt import rebuild

_LOADED: list[ModuleType] = []


def main() -> None:
    """Work until the input ends."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a stage prints is none of the talk
    orders: Queue[str] = Queue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    lock = threading.Lock()

    def tell(message: Mapping[str, Any]) -> None:
        with lock:
            told.write(json.dumps(message) + "\n")
            told.flush()

    try:
        _prepare(json.loads(orders.get()))
    except BaseException as error:
        tell({"unready": _said(error)})
        return
    tell({"ready": True})
    with suppress(KeyboardInterrupt):
        while True:
            order = json.loads(orders.get())
            try:
                _work(order, tell)
                tell({"done": order["name"]})
            except Exception as error:
                tell({"failed": order["name"], "error": pack_error(error)})


def _said(error: BaseException) -> str:
    """What is wrong and what to do, in a line."""
    if isinstance(error, FivefoldError):
        return f"{error.summary} {error.remedy}"
    return f"{first_line(error)}."


def _listen(orders: "Queue[str]") -> None:
    """Hand on what is read; who gives the orders being gone, nobody wants the work."""
    for line in sys.stdin:
        orders.put(line)
    os._exit(0)


def _prepare(wanted: Mapping[str, Any]) -> None:
    """Know what the process that gives the orders knows: files of the user's, and threads."""
    if wanted["modules"] or wanted["files"]:
        from fivefold.core.own import load_file
        from fivefold.serve.own import adopt_defined
        from fivefold.train.callback import callbacks_in, hand_over

        loaded = [*map(import_module, wanted["modules"]), *map(load_file, wanted["files"])]
        for module in loaded:
            _LOADED.append(module)
            adopt_defined(module)
            hand_over(callbacks_in(module))
    if wanted["threads"]:
        import torch

        torch.set_num_threads(wanted["threads"])


@cache
def _collected(folder: str) -> Collected:
    return Collected.load(folder)


def _find(path: str) -> Any:
    """What is at a path: in a file of the user's that was run here, or in a module."""
    home, _, name = path.rpartition(".")
    for module in _LOADED if home == "__main__" else [import_module(home)]:
        if hasattr(module, name):
            return getattr(module, name)
    return None


def _work(order: Mapping[str, Any], tell: Any) -> None:
    def hear(event: Event) -> None:
        packed = pack_event(event)
        if packed is not None:
            tell(packed)

    context = Context().extended(
        Key(Collected),
        _collected(order["collected"]),
        digest=order["digest"],
        own=order["own"],
    )
    partition, stages = (
        Partition.load(order["partition"]),
        tuple(
            read_recipe(order["recipe"], built_in_stages(), rebuild=partial(rebuild, find=_find))
        ),
    )
    start = Start(
        context=context, partition=partition, before=(), stages=stages, metrics={}, level=0.95
    )
    unit = Unit(
        name=order["name"],
        start=start,
        stages=stages,
        partition=partition,
        seed=order["seed"],
        part=order["part"],
        mixed=order["mixed"],
        deployed=order["deployed"],
        watch=None if order["watch"] is None else Watch.unpack(order["watch"]),
    )
    kept = order["kept"]
    session = Session(
        seed=unit.seed,
        device=order["device"],
        directory=Path(order["folder"]) if kept else None,
        path=tuple(order["path"]),
        is_refit=True,
        resume=kept,
        observers=(hear,),
        cache=None if order["cache"] is None else Cache(Path(order["cache"])),
    )
    with locked(session.directory):
        keep(fit_unit(unit, session, order["identity"]), Path(order["folder"]))


if __name__ == "__main__":
    main()
