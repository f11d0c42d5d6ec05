"""What a model consists of, in words."""

from fivefold.artifacts import Trained


def model_parts(trained: Trained) -> str:
    """The network and the trees that answer together, each with its share.

    Args:
        trained: its settings tell the parts.

    Returns:
        `blend: network 30 %, 875 trees 70 %`, or the name of a network that answers alone.
    """
    settings = trained.settings
    name = str(settings.get("network", type(trained.model).__name__))
    trees, weight = settings.get("trees", 0), settings.get("trees_weight", 0.0)
    if not trees:
        return name
    grown = f"{trees:,} trees {100 * weight:.0f} %"
    own = "" if weight == 1 else f"network {100 * (1 - weight):.0f} %, "
    return f"{name}: {own}{grown}"
