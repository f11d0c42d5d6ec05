import asyncio
import gc
import os
import signal
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fivefold.serve.app import create_app

SHARED = "PYTEST_XDIST_WORKER" in os.environ  # this is one of several processes
if SHARED:
    os.environ["OMP_NUM_THREADS"] = "1"  # pools of threads that spin beside one another wait

# The tests begin hundreds of processes, each of which would compile the library anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole fast suite is shared by two processes where there are two cores.

    What is asked for by path, marker or word goes to one, and so does all with `-n 0`.
    """
    asked = any(str(word).startswith(("-m", "-k")) for word in config.invocation_params.args)
    whole = config.args_source is config.ArgsSource.TESTPATHS and not asked
    option = config.option
    free = not SHARED and getattr(option, "numprocesses", 0) is None and not option.usepdb
    if whole and free and (os.cpu_count() or 1) > 1:
        option.numprocesses, option.dist = 2, "worksteal"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of slow tests alone, files without one are not imported."""
    if config.option.markexpr != "slow" or not collection_path.match("test_*.py"):
        return None
    return True if "mark.slow" not in collection_path.read_text("utf-8") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Processes that share the tests must call them alike, and begin with those that take long."""
    odd = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if odd:
        raise pytest.UsageError(f"Give these cases ids without an address: {', '.join(odd)}")
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What is collected stays to the end: no search for garbage goes through it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """What a test, and what it is handed, is spared.

    A slow one exports once a run unless it is marked `rehearsed`; a fast one that is marked
    `unrehearsed` does so too. One that is marked `few_trees` grows few beside a network. Those
    that are marked `explained` alone explain answers to test rows.
    """
    marks = {mark.name for mark in item.iter_markers()}
    with pytest.MonkeyPatch.context() as patch:
        if {"slow", "unrehearsed"} & marks and "rehearsed" not in marks:
            export_once(patch)
        if "few_trees" in marks:
            grow_few(patch)
        if "explained" not in marks:
            explain_nothing(patch)
        return (yield)


def export_once(patch: pytest.MonkeyPatch) -> None:
    """Export at the end of a run alone: for tests of what comes out.

    The rehearsal has tests of its own, and the checks of each kind and task go through it.
    """
    from fivefold.core.stage import Stage
    from fivefold.deploy.deploy import Deploy

    patch.setattr(Deploy, "rehearse", Stage.rehearse)


def grow_few(patch: pytest.MonkeyPatch) -> None:
    """Grow 40 rounds of trees in this process: for tests to which a tenth of them is as good."""
    from fivefold.train import plan
    from fivefold.train.rules import decide_boosting

    def few(*words: Any) -> Any:
        return replace(decide_boosting(*words), rounds=40)

    patch.setattr(plan, "decide_boosting", few)


def explain_nothing(patch: pytest.MonkeyPatch) -> None:
    """Explain no test rows: for tests that look at something else, which are nearly all."""
    from fivefold.evaluate import tabled

    patch.setattr(tabled, "explanations", lambda *_: None)


@pytest.fixture(scope="session")
def ask() -> Any:
    """A function that sends a request to a model's application in this process, and its reply.

    It takes the model, the method, the path, options of `httpx` and the application's limits.
    """

    async def send(application: Any, method: str, path: str, options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    def go(model: Any, method: str, path: str, limits: Any = None, **options: Any) -> Any:
        return asyncio.run(send(create_app(model, **limits or {}), method, path, options))

    return go


@pytest.fixture
def listens() -> Generator[None]:
    """Ctrl-C as a shell has it: processes in its background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def judged_kinds(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of small kinds, known to the library while a test runs."""
    import judged_kinds
    from fivefold.kinds.known import KINDS

    monkeypatch.setattr(KINDS, "_own", {})
    for name in ("Colour", "Route", "Grade", "Quarter"):
        KINDS.adopt(getattr(judged_kinds, name))
    return judged_kinds
