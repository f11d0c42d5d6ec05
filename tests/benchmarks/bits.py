"""Whether a change left every bit of some small runs as it was, and every word.

`python tests/benchmarks/bits.py --to before.json` on one commit and `--against before.json` on
another, on the same machine. Names of tensors and of arrays do not count, their bytes do; what a
commit has beside what the earlier one had does not count either. Prints every difference, and
ends with 1 if there is one.
"""

import argparse
import json
import sys
import time
import traceback
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cases import CASES
from digests import bits
from machine import conditions, sentence

from fivefold.core.wording import plural

SHOWN = 150
"""Characters of a value that are shown."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--to", type=Path, help="a JSON file for what was found")
    made.add_argument("--against", type=Path, help="a JSON file of another commit")
    made.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    print(sentence(conditions("torch", "numpy", "pandas", "scikit-learn")), flush=True)
    before = json.loads(asked.against.read_text()) if asked.against is not None else {}
    found: dict[str, Any] = {}
    changed = 0
    begun = time.perf_counter()
    for name in asked.cases:
        started = time.perf_counter()
        now, error = trial(name)
        lost = [error] if error else differences(before.get(name, {}), now)
        if not error:
            found[name] = now
        changed += len(lost)
        told = "equal" if name in before else "nothing to compare with"
        told = plural(len(lost), "difference") if lost else told
        print(f"{name:13} {time.perf_counter() - started:5.1f} s  {told}", flush=True)
        for line in lost:
            print(f"  {line}", flush=True)
    gone = sorted(set(before) - set(CASES))
    if gone:
        print(f"No longer a case: {', '.join(gone)}.")
    if asked.to is not None:
        asked.to.write_text(json.dumps(found, indent=1) + "\n")
    print(f"{time.perf_counter() - begun:.1f} s; {plural(changed, 'difference')}", flush=True)
    return 1 if changed or gone else 0


def trial(name: str) -> tuple[dict[str, Any], str]:
    """What a case comes to, and why it comes to nothing if it fails."""
    with TemporaryDirectory() as folder:
        try:
            return bits(CASES[name](Path(folder))), ""
        except Exception as error:
            traceback.print_exc()
            return {}, f"fails: {type(error).__name__}: {error}".splitlines()[0]


def differences(before: Any, now: Any, where: str = "") -> list[str]:
    """Where values of JSON differ, a line each; keys that only `now` has do not count."""
    if isinstance(before, dict) and isinstance(now, dict):
        lines = []
        for key, value in before.items():
            here = f"{where}.{key}" if where else key
            lines += differences(value, now[key], here) if key in now else [f"{here}: is gone"]
        return lines
    if isinstance(before, list) and isinstance(now, list):
        if len(before) == len(now):
            pairs = enumerate(zip(before, now, strict=True))
            return [d for n, (one, two) in pairs for d in differences(one, two, f"{where}[{n}]")]
        lines = [f"{where}: {len(before)} items, now {len(now)}"]
        lines += [f"{where}: lost {shown(one)}" for one in before if not _among(one, now)]
        return lines + [
            f"{where}: new {shown(two)}"
            for two in now
            if all(differences(one, two) for one in before)
        ]
    if type(before) is type(now) and before == now:
        return []
    if isinstance(before, str) and isinstance(now, str) and len(before) == len(now) == 64:
        return [f"{where}: other bits"]
    start = 0
    if isinstance(before, str) and isinstance(now, str):
        same = (one == two for one, two in zip(before, now, strict=False))
        start = max(0, sum(takewhile(bool, same)) - SHOWN // 3)
    return [f"{where}: {shown(before, start)} is now {shown(now, start)}"]


def _among(value: Any, values: list[Any]) -> bool:
    return any(not differences(value, other) for other in values)


def shown(value: Any, start: int = 0) -> str:
    """A value on one line, cut where it is long; of a text what stands from `start` on."""
    text = json.dumps(value[start:] if start else value, ensure_ascii=False)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return f"...{text}" if start else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
