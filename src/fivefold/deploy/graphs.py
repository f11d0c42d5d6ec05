"""The graphs of a bundle: of encoded values, and where that is possible of raw ones."""

from collections.abc import Mapping

from fivefold.artifacts import Collected, Preprocessed, Trained

FORMATS = {"model.onnx": "onnx", "model-raw.onnx": "onnx-raw"}


def graphs_of(
    wanted: str, collected: Collected, data: Preprocessed, trained: Trained
) -> tuple[dict[str, bytes], str]:
    """The graphs by entry, and why the one for raw values is not among them.

    Args:
        wanted: the format that Deploy was asked for; `torch` is none.
        collected: whose stages may have changed rows.
        data: some rows of it are the example.
        trained: the network.

    Raises:
        ModelError: if the network does not export.
    """
    from fivefold.deploy.export import EXAMPLES, export_onnx, refuse_bare

    if wanted == "torch":
        refuse_bare(trained.model)
        return {}, "no graph: format is torch"
    from fivefold.deploy.raw import export_raw, raw_refusal

    example = {name: values[:EXAMPLES] for name, values in data.train.inputs.items()}
    graphs = {"model.onnx": export_onnx(trained.model, example)}
    without = raw_refusal(data.codec, changed=collected.changes is not None)
    if not without:
        graphs["model-raw.onnx"] = export_raw(graphs["model.onnx"], data.codec)
    return graphs, without


def formats_of(graphs: Mapping[str, bytes]) -> tuple[str, ...]:
    """What a bundle with these graphs holds."""
    return tuple(FORMATS[entry] for entry in graphs) or ("torch",)
