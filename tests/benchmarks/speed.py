"""How fast fivefold trains, beside the loop that an expert writes by hand.

`python tests/benchmarks/speed.py` measures everything and prints Markdown tables; `--quick` tries
the script on a few rows, and its numbers mean nothing.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import alone
import members
import ours
import torch
from machine import conditions, sentence, table
from pairs import PARTS, TITLES, TOLERANCE, pairs
from workloads import WORKLOADS, Workload

EXTRAS = ("overhead", "memory", "members")
ALONE = ("a", "b")
"""Workloads whose overhead and peak memory are measured."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--workload", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    made.add_argument("--parts", nargs="+", choices=[*PARTS, *EXTRAS], default=[*PARTS, *EXTRAS])
    made.add_argument("--rounds", type=int, default=9)
    made.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    made.add_argument("--members", type=int, default=8, help="copies of one network in one pass")
    made.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    made.add_argument("--quick", action="store_true", help="few rows, two rounds")
    made.add_argument("--to", type=Path, help="a JSON file for the results")
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    rounds = 2 if asked.quick else asked.rounds
    device = torch.device(asked.device)
    works = [WORKLOADS[n].sized(asked.device, quick=asked.quick) for n in asked.workload]
    facts = conditions("torch", "numpy", device=asked.device) | {"rounds": rounds}
    print(sentence(facts), flush=True)
    found: dict[str, Any] = {"conditions": facts, "quick": asked.quick, "pairs": []}
    timed = [part for part in PARTS if part in asked.parts]
    for work in works:
        print(said(work), file=sys.stderr, flush=True)
        for pair in pairs(work, timed, threads=asked.threads, rounds=rounds, device=device):
            found["pairs"].append(pair.to_json())
            print(f"  {line(found['pairs'][-1])}", file=sys.stderr, flush=True)
            write(asked.to, found)
    if {"overhead", "memory"} & set(asked.parts):
        few = [work for work in works if work.name in ALONE]
        found["alone"] = processes(few, device=asked.device, quick=asked.quick)
    if "members" in asked.parts:
        if not members.has_members():
            print("Members: skipped, `Train` has no `members` in this version.", flush=True)
        elif small := [work for work in works if work.name == "a"]:
            measured = members.copies(
                small[0],
                members=asked.members,
                threads=asked.threads,
                rounds=rounds,
                device=device,
            )
            found["members"] = [copies.to_json() for copies in measured]
    write(asked.to, found)
    for title, text in sections(found, works):
        print(f"\n## {title}\n\n{text}", flush=True)
    unequal = [pair for pair in found["pairs"] if not pair["is_equal"]]
    for pair in unequal:
        print(f"UNEQUAL: {pair['workload']} {pair['what']}: losses {pair['losses']}", flush=True)
    return 1 if unequal else 0


def processes(works: list[Workload], *, device: str, quick: bool) -> list[dict[str, Any]]:
    """Each contender in processes of its own."""
    answers = []
    for work in works:
        with TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            ours.save_data(ours.stage_data(work), data)
            for contender in alone.CONTENDERS:
                answer = alone.ask(contender, work, device=device, folder=data, quick=quick)
                answers.append({"workload": work.name, "contender": contender, **answer})
    return answers


def said(work: Workload) -> str:
    """A workload in words."""
    epochs = f"{work.epochs} epoch{'s' * (work.epochs != 1)}"
    return f"({work.name}) {work.title}: {work.rows:,} rows, {epochs} a round."


def line(pair: dict[str, Any]) -> str:
    """A pair in one line, as it is measured."""
    return f"{pair['what']:6} {pair['threads']} threads  ratio {pair['ratio']:.3f}"


def sections(found: dict[str, Any], works: list[Workload]) -> list[tuple[str, str]]:
    """Titles and Markdown of all that was measured."""
    made = [("Workloads", "\n".join(f"- {said(work)}" for work in works))]
    if found["pairs"]:
        made.append(("Seconds of fivefold / seconds of the bare loop", ratios(found["pairs"])))
    if answers := found.get("alone"):
        made.append(("Before the first step, and peak memory (one thread)", fresh(answers)))
    if copies := found.get("members"):
        made.append(("k copies in one run / k runs", joined(copies)))
    return made


def ratios(measured: list[dict[str, Any]]) -> str:
    head = ["workload, way", "threads", "ratio", "quartiles", "range", "bare, s", "fivefold, s"]
    head += ["bare, rows/s", "fivefold, rows/s", "loss, bare", "loss, fivefold", "equal"]
    rows = []
    for pair in measured:
        spread = [" to ".join(f"{v:.2f}" for v in pair[name]) for name in ("quartiles", "range")]
        seconds = [median(pair["bare"]), median(pair["ours"])]
        drawn = pair["tolerance"] is None
        rows.append(
            [
                f"({pair['workload']}) {TITLES[pair['what']]}",
                str(pair["threads"]),
                f"**{pair['ratio']:.3f}**",
                *spread,
                *(f"{value:.2f}" for value in seconds),
                *(f"{pair['rows'] / value:,.0f}" for value in seconds),
                *(f"{value:.5f}" for value in pair["losses"]),
                "other draws" if drawn else "yes" if pair["is_equal"] else "NO",
            ]
        )
    parts = {pair["what"] for pair in measured}
    within = ", ".join(f"{TITLES[p]} within {100 * TOLERANCE[p]:g} %" for p in PARTS if p in parts)
    return (
        f"{table(head, rows)}\n\nRatio: the median over the rounds of paired ratios; below 1 "
        f"fivefold is faster. Equal final training losses: {within}. `other draws`: the two draw "
        "different random changes to the images."
    )


def fresh(answers: list[dict[str, Any]]) -> str:
    head = ["workload, contender", "cold, s", "warm, s", "peak, MB", "of it before training, MB"]
    rows = []
    for answer in answers:
        seconds = [answer["cold_seconds"], answer["warm_seconds"]]
        rows.append(
            [
                f"({answer['workload']}) {answer['contender']}",
                *("not seen" if value is None else f"{value:.3f}" for value in seconds),
                f"{answer['peak_megabytes']:,.0f}",
                f"{answer['before_megabytes']:,.0f}",
            ]
        )
    return table(head, rows)


def joined(measured: list[dict[str, Any]]) -> str:
    head = ["workload", "copies", "threads", "ratio", "quartiles", "apart, s", "together, s"]
    rows = [
        [
            f"({one['workload']})",
            str(one["members"]),
            str(one["threads"]),
            f"**{one['ratio']:.3f}**",
            " to ".join(f"{value:.2f}" for value in one["quartiles"]),
            f"{one['separate_seconds']:.2f}",
            f"{one['together_seconds']:.2f}",
        ]
        for one in measured
    ]
    return table(head, rows)


def write(path: Path | None, found: dict[str, Any]) -> None:
    """The results so far, whole or not at all."""
    if path is not None:
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(found, indent=1))
        beside.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
