import re
import sys
import xml.etree.ElementTree as ET
from subprocess import run

import numpy as np
import pandas as pd

from fivefold.core.estimate import Estimate
from fivefold.report import figures
from fivefold.report.drawing import draw
from fivefold.report.tables import shortened

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def score(value: float, half: float = 0.01) -> Estimate:
    return Estimate(value, low=value - half, high=value + half, method="wilson", n=100)


def history(epochs: int = 5) -> pd.DataFrame:
    loss = 1 / np.arange(1, epochs + 1)
    frame = {"epoch": np.arange(1, epochs + 1), "train_loss": loss, "valid_loss": loss + 0.1}
    return pd.DataFrame(frame)


def test_draw_same_data_twice_same_text() -> None:
    first = figures.learning_curve(history(), best_epoch=3)
    assert first == figures.learning_curve(history(), best_epoch=3)
    assert first != figures.learning_curve(history(6), best_epoch=3)


def test_draw_pictures_on_one_page_share_no_id() -> None:
    pages = [figures.learning_curve(history(n)) for n in (3, 4)]
    ids = [re.findall(r' id="([^"]+)"', page) for page in pages]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    for page, own in zip(pages, ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', page)) == set(own)


def test_draw_text_stays_text_and_background_clear() -> None:
    svg = draw(lambda axes: axes.set_xlabel("epoch $5$"), title="a <b> & c")
    assert "epoch $5$" in words(svg)
    assert "a <b> & c" in words(svg)
    assert "#ffffff" not in svg


def test_draw_script_in_a_label_is_text() -> None:
    evil = "<script>alert(1)</script>"
    svg = figures.confusion_matrix(np.array([0, 1]), np.array([0, 1]), (evil, "b"))
    assert "<script" not in svg
    assert shortened(evil) in words(svg)


def test_draw_settings_of_the_caller_come_back() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.learning_curve(history())
    assert dict(matplotlib.rcParams) == before


def test_figures_import_leaves_pyplot_alone() -> None:
    code = "import sys, fivefold.report.figures; print('matplotlib.pyplot' in sys.modules)"
    answer = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_learning_curve_without_validation_draws_training_alone() -> None:
    legend = words(figures.learning_curve(history().drop(columns="valid_loss")))
    assert "training rows" in legend
    assert "validation rows" not in legend
    assert "validation rows" in words(figures.learning_curve(history()))


def test_learning_curve_of_one_epoch_is_drawn() -> None:
    assert "kept" in words(figures.learning_curve(history(1), best_epoch=1))


def test_confusion_matrix_prints_counts_and_labels() -> None:
    target, predicted = np.array([0] * 7 + [1] * 5), np.array([0] * 4 + [1] * 8)
    shown = words(figures.confusion_matrix(target, predicted, ["<=50K", ">50K"]))
    assert shown.count("<=50K") == 2
    assert {"4", "3", "5"} <= set(shown)
    assert "0" not in shown


def test_confusion_matrix_many_classes_keeps_the_most_frequent() -> None:
    target = np.repeat(np.arange(40), np.arange(40) + 1)
    shown = words(figures.confusion_matrix(target, target, [f"c{k}" for k in range(40)]))
    assert "c39" in shown
    assert "c10" in shown
    assert "c9" not in shown
    assert any("30 most frequent of 40" in word for word in shown)


def test_comparison_one_far_off_is_pointed_at_not_drawn() -> None:
    near = {"network": score(0.99), "boosting": score(0.97), "linear": score(0.96)}
    far = figures.comparison({**near, "majority": score(0.10)}, metric="accuracy")
    assert "← 0.1000" in words(far)
    axis = [float(w) for w in words(far) if re.fullmatch(r"0\.\d+|1\.0+", w)]
    assert min(axis) > 0.9
    assert "0.5000" in words(figures.comparison({**near, "majority": score(0.5, 0.4)}, metric="a"))


def test_comparison_without_interval_draws_the_dot() -> None:
    alone = Estimate(0.5, method="too few rows", n=4)
    assert "0.5000" in words(figures.comparison({"network": alone}, metric="accuracy"))
