"""Reports in a real browser: at two widths and in print nothing is clipped, broken or overlaps."""

from pathlib import Path

import numpy as np
import pytest
from tests.driven import CHROMIUM, Browser

import fivefold as ff

pytestmark = [
    pytest.mark.few_trees,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
]

MEASURE = r"""(() => {
  const told = [], wide = document.documentElement.clientWidth;
  const shown = (e) => e.getBoundingClientRect().width > 0;
  if (document.documentElement.scrollWidth > wide) told.push(['page', wide]);
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.scroll')) continue;
    if (shown(e) && e.getBoundingClientRect().right > wide + 1)
      told.push(['beyond', e.tagName, e.textContent.slice(0, 40)]);
  }
  for (const e of document.querySelectorAll('.scroll'))
    if (shown(e) && IN_PRINT && e.scrollWidth > e.clientWidth + 1)
      told.push(['cut in print', e.getAttribute('aria-label'), e.scrollWidth, e.clientWidth]);
  for (const svg of document.querySelectorAll('figure svg')) {
    if (!shown(svg)) continue;
    const box = svg.getBoundingClientRect(), name = svg.getAttribute('aria-label') || '';
    if (name.length < 20) told.push(['no words', name]);
    const words = [...svg.querySelectorAll('text')].filter((e) => e.textContent.trim());
    const boxes = words.map((e) => e.getBoundingClientRect());
    const turned = words.map((e) => {
      const m = e.getCTM();
      return Math.abs(m.b) > 0.01;
    });
    words.forEach((e, i) => {
      const b = boxes[i];
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.bottom > box.bottom + 1)
        told.push(['cut', name.slice(0, 30), e.textContent]);
      if (b.height < 8 && !IN_PRINT) told.push(['small', name.slice(0, 30), e.textContent]);
      for (let j = 0; j < i; j++) {
        const o = boxes[j];
        const w = Math.min(b.right, o.right) - Math.max(b.left, o.left);
        const h = Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top);
        if (w > 2 && h > 3 && !turned[i] && !turned[j])
          told.push(['overlap', name.slice(0, 30), e.textContent, words[j].textContent]);
      }
    });
  }
  return told;
})()"""


def _table():
    frame = ff.samples.churn(600)
    frame["a_column_whose_name_is_longer_than_any_telephone_is_wide"] = np.arange(600) % 7
    return ff.Collect(frame, target="left"), {"folds": 3}


KINDS = {
    "table": _table,
    "numbers": lambda: (ff.Collect(ff.samples.prices(600), target="price"), {}),
    "texts": lambda: (ff.Collect(ff.samples.reviews(400), target="opinion"), {}),
    "pictures": lambda: (ff.Collect(ff.samples.shapes(300), target="shape"), {}),
    "hours": lambda: (
        ff.Collect(ff.samples.hours(40), target="lent", time="when", horizon=12, stride=12),
        {},
    ),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, make in KINDS.items():
        collect, judge = make()
        stages = [collect, ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate(**judge)]
        ff.Pipeline(stages).run(seed=0, progress=False).report(str(folder / f"{name}.html"))
    return folder


@pytest.mark.parametrize("width", [390, 1280])
def test_page_of_every_kind_fits_the_screen_and_the_paper(
    pages: Path, tmp_path: Path, width: int
) -> None:
    with Browser(tmp_path / "profile", width=width) as page:
        for name in KINDS:
            page.call("Emulation.setEmulatedMedia", media="screen")
            page.open((pages / f"{name}.html").as_uri())
            page.run("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
            assert page.run(MEASURE.replace("IN_PRINT", "false")) == [], name
            if width > 1000:
                page.call("Emulation.setEmulatedMedia", media="print")
                page.run("document.body.style.width = '700px'")  # of a page of paper
                assert page.run(MEASURE.replace("IN_PRINT", "true")) == [], name
