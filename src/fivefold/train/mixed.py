"""Several trained networks as one that mixes their answers."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch

from fivefold.artifacts import Trained
from fivefold.decided import Decided, Resources
from fivefold.errors import ModelError
from fivefold.fingerprint import fingerprint
from fivefold.models.assemble import Assembled
from fivefold.models.mix import Mix
from fivefold.train.private import spent_together


def mixed(trained: Sequence[Trained], shares: Sequence[float]) -> Trained:
    """One network whose scores are the mean of those of several.

    Its history and decisions are those of the member that counts most.

    Args:
        trained: on the same rows.
        shares: of each, together 1.

    Raises:
        ModelError: if their outputs mean different things, or cannot be mixed.
    """
    rule = _rule(trained)
    main = trained[int(np.argmax(shares))]
    names = _names([each.settings.network for each in trained])
    body = Mix(
        main.model.fixed.inputs,
        main.model.head.outputs[0],
        networks=[each.model.body for each in trained],
        rule=rule,
        names=names,
    )
    body.weights.copy_(torch.tensor(shares))
    model = Assembled(main.model.fixed, body, main.model.head).eval()
    model.threads = main.model.threads
    totals = {
        name: sum(each.settings[name] for each in trained)
        for name in ("parameters", "tree_nodes", "trees")
        if all(name in each.settings for each in trained)
    }
    settings = {
        **main.settings,
        **totals,
        "network": f"mix of {len(trained)}",
        "mixed": dict(zip(names, map(float, shares), strict=True)),
        "privacy": spent_together([each.settings.privacy for each in trained]),
    }
    if any(not each.is_whole for each in trained):
        settings["ending"] = "interrupted"
    seconds = sum(each.resources.seconds for each in trained)
    return main.replace(
        model=model,
        settings=Decided.of(settings),
        resources=Resources.of({**main.resources, "seconds": seconds}),
        first_digest=fingerprint([each.first_digest for each in trained]),
        findings=tuple(found for each in trained for found in each.findings),
    )


def _rule(trained: Sequence[Trained]) -> str:
    heads = [each.model.head for each in trained]
    if any(head.description != heads[0].description for head in heads):
        remedy = "Give all members one loss."
        raise ModelError.expected("Mix", "members whose outputs mean the same", "others", remedy)
    if not heads[0].mixing or len(heads[0].outputs) > 1:
        remedy = "Train one network."
        found = type(heads[0]).__name__
        raise ModelError.expected("Mix", "a head whose scores can be mixed", found, remedy)
    return heads[0].mixing


def _names(networks: Sequence[str]) -> list[str]:
    """Names of networks, those that are there several times with a number."""
    counts, seen, names = Counter(networks), Counter[str](), []
    for name in networks:
        seen[name] += 1
        names.append(f"{name} {seen[name]}" if counts[name] > 1 else name)
    return names
