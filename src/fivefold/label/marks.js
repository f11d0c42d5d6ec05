// Spans of a text, a sound or a series. They never overlap: a new one takes the place of what it covers.

// Units of UTF-16, which JavaScript counts in, to code points, which Python and the labels count in.
function pointsOf(text, units) { return [...text.slice(0, units)].length; }
function unitsOf(text, points) {
  let units = 0;
  for (const letter of text) { if (points-- <= 0) break; units += letter.length; }
  return units;
}

// The parts of a text that belong together: words and marks, or letters with what stands on them.
function segmentsOf(text, granularity) {
  if (!window.Intl?.Segmenter) return [...text.matchAll(/\S+/g)].map((found) => [found.index, found.index + found[0].length]);
  return [...new Intl.Segmenter(undefined, { granularity }).segment(text)].map((part) => [part.index, part.index + part.segment.length]);
}

class Strip {
  constructor() { this.spans = []; this.chosen = null; this.changed = () => {}; }

  // Marks what is chosen; gives what was marked in words, or nothing where nothing is chosen.
  mark(place) {
    const chosen = this.selection();
    if (!chosen) return "";
    this.spans = this.spans.filter((span) => span.end <= chosen.start || chosen.end <= span.start);
    this.spans.push({ ...chosen, place });
    this.spans.sort((a, b) => a.start - b.start);
    this.choose(null);
    return this.words(chosen);
  }

  // Takes away what is marked where something is chosen, else what was marked last in the order.
  remove(span) {
    const chosen = this.selection();
    const gone = span ?? (chosen ? this.spans.find((one) => one.start < chosen.end && chosen.start < one.end) : this.spans.at(-1));
    if (!gone) return "";
    this.spans = this.spans.filter((one) => one !== gone);
    this.choose(null);
    return this.words(gone);
  }

  choose(chosen) { this.chosen = chosen; this.draw(); this.changed(); }
  selection() { return this.chosen; }
}

class TextStrip extends Strip {
  constructor(text) {
    super();
    this.said = text;
    this.parts = segmentsOf(text, "word").filter(([from, to]) => text.slice(from, to).trim());
    this.letters = null;
    this.at = -1;
    this.element = node("p", { className: "prose marked", dir: "auto", tabIndex: 0, role: "group",
      "aria-label": `Text to mark; arrows go from word to word: ${text.slice(0, 300)}` });
    this.element.addEventListener("click", (event) => this.touch(event));
    this.draw();
  }

  value(choices) { return this.spans.map((s) => [pointsOf(this.said, s.start), pointsOf(this.said, s.end), choices[s.place].value]); }
  set(value, choices) {
    this.spans = value.map(([start, end, name]) => ({ start: unitsOf(this.said, start), end: unitsOf(this.said, end),
      place: choices.findIndex((one) => one.value === name) }));
    this.draw();
  }
  words(span) { return this.said.slice(span.start, span.end); }

  // What the browser has selected, else what was chosen by keys or touch; never half a letter.
  selection() {
    const found = this.native();
    return found ? this.snapped(found) : this.chosen;
  }

  native() {
    const seen = window.getSelection();
    if (!seen.rangeCount || seen.isCollapsed) return null;
    const range = seen.getRangeAt(0);
    if (!range.intersectsNode(this.element)) return null;
    const before = document.createRange();
    before.selectNodeContents(this.element);
    const offset = (container, at) => {
      if (!this.element.contains(container)) return null;
      before.setEnd(container, at);
      return before.toString().length;
    };
    const start = offset(range.startContainer, range.startOffset) ?? 0;
    const end = offset(range.endContainer, range.endOffset) ?? this.said.length;
    return start < end ? { start, end } : null;
  }

  snapped({ start, end }) {
    this.letters ??= segmentsOf(this.said, "grapheme");
    start = this.letters.find(([, to]) => to > start)?.[0] ?? start;
    end = this.letters.findLast(([from]) => from < end)?.[1] ?? end;
    const inner = this.said.slice(start, end);
    if (!inner.trim()) return null;
    return { start: start + inner.length - inner.trimStart().length, end: end - (inner.length - inner.trimEnd().length) };
  }

  // A touch chooses a word, a second one as far as another; on what is marked, all of that.
  touch(event) {
    if (this.native()) return;
    const spot = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const range = spot ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const [holder, at] = spot ? [spot.offsetNode, spot.offset] : [range?.startContainer, range?.startOffset];
    if (!holder || !this.element.contains(holder)) return;
    const before = document.createRange();
    before.selectNodeContents(this.element);
    before.setEnd(holder, at);
    const unit = before.toString().length;
    const span = this.spans.find((one) => one.start <= unit && unit <= one.end && event.target.closest("mark"));
    const part = this.parts.findIndex(([from, to]) => from <= unit && unit <= to);
    if (span) { this.choose({ start: span.start, end: span.end }); return; }
    if (part < 0) { this.choose(null); return; }
    const [from, to] = this.parts[part], old = this.chosen;
    this.at = part;
    if (old && old.start === from && old.end === to) this.choose(null);
    else if (old) this.choose({ start: Math.min(old.start, from), end: Math.max(old.end, to) });
    else this.choose({ start: from, end: to });
  }

  // From word to word; with Shift the choice grows or shrinks.
  move(step, extend) {
    if (!this.parts.length) return "";
    window.getSelection().removeAllRanges();
    const last = this.parts.length - 1;
    this.at = Math.min(last, Math.max(0, this.at < 0 ? (step > 0 ? 0 : last) : this.at + step));
    if (!extend || this.anchor === undefined || !this.chosen) this.anchor = extend && this.chosen ? this.at - step : this.at;
    const [a, b] = [Math.min(this.anchor, this.at), Math.max(this.anchor, this.at)];
    this.choose({ start: this.parts[a][0], end: this.parts[b][1] });
    this.element.querySelector(".cursor")?.scrollIntoView({ block: "nearest" });
    return this.words(this.chosen);
  }

  draw() {
    const { said, spans, chosen } = this;
    const edges = [0, said.length, ...spans.flatMap((s) => [s.start, s.end]), ...(chosen ? [chosen.start, chosen.end] : [])];
    const cuts = [...new Set(edges)].sort((a, b) => a - b);
    this.element.replaceChildren();
    let open = null, holder = this.element;
    cuts.slice(0, -1).forEach((from, i) => {
      const to = cuts[i + 1], span = spans.find((one) => one.start <= from && to <= one.end) ?? null;
      if (span !== open) {
        holder = span ? node("mark") : this.element;
        if (span) {
          holder.dataset.name = this.nameOf?.(span.place) ?? "";
          holder.style.background = colourOf(span.place);
          this.element.append(holder);
        }
        open = span;
      }
      const words = said.slice(from, to);
      holder.append(chosen && chosen.start <= from && to <= chosen.end ? node("span", { className: "cursor" }, words) : words);
    });
  }
}

class LineStrip extends Strip {
  constructor(cell) {
    super();
    this.isSound = cell.control === "sound";
    if (this.isSound) {
      const [samples, rate] = samplesOf(bytesOf(cell.value));
      [this.extent, this.grain, this.paint] = [samples.length / rate, 0.001, drawSound(samples)];
      this.player = sound(cell.value);
    } else {
      [this.extent, this.grain, this.paint] = [cell.value.length, 1, drawSeries(channelsOf(cell.value))];
    }
    this.at = 0;
    this.canvas = node("canvas", { className: "strip", tabIndex: 0, role: "slider", "aria-valuemin": 0,
      "aria-valuemax": this.extent, "aria-label": `${cell.name} to mark; arrows move, with Shift they choose` });
    this.element = node("div", {}, this.canvas, ...(this.player ? [this.player] : []));
    this.drag();
    this.player?.addEventListener("timeupdate", () => {
      if (this.until !== null && this.player.currentTime >= this.until) { this.player.pause(); this.until = null; }
      this.draw();
    });
    this.until = null;
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  round(at) { return Math.min(this.extent, Math.max(0, Number((Math.round(at / this.grain) * this.grain).toFixed(3)))); }
  value(choices) { return this.spans.map((s) => [s.start, s.end, choices[s.place].value]); }
  set(value, choices) {
    this.spans = value.map(([start, end, name]) => ({ start, end, place: choices.findIndex((one) => one.value === name) }));
    this.draw();
  }
  words(span) { return this.isSound ? `${span.start.toFixed(2)} to ${span.end.toFixed(2)} s` : `${span.start} to ${span.end}`; }

  drag() {
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return this.round((event.clientX - box.left) / box.width * this.extent);
    };
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => { from = at(event); this.canvas.setPointerCapture(event.pointerId); });
    this.canvas.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const to = at(event);
      if (to !== from) this.choose({ start: Math.min(from, to), end: Math.max(from, to) });
    });
    this.canvas.addEventListener("pointerup", (event) => {
      const to = at(event), inside = this.spans.find((span) => span.start <= to && to <= span.end);
      if (from === to) this.choose(inside ? { start: inside.start, end: inside.end } : null);
      this.at = to;
      from = null;
    });
    this.canvas.addEventListener("pointercancel", () => { from = null; });
  }

  // A hundredth of the whole; with Shift the choice grows or shrinks.
  move(step, extend) {
    const old = this.at;
    this.at = this.round(this.at + step * Math.max(this.grain, this.extent / 100));
    if (extend && this.anchor === undefined) this.anchor = old;
    if (!extend) this.anchor = undefined;
    const [a, b] = [this.anchor ?? this.at, this.at].sort((x, y) => x - y);
    this.choose(a < b ? { start: a, end: b } : null);
    this.canvas.setAttribute("aria-valuenow", this.at);
    this.canvas.setAttribute("aria-valuetext", this.chosen ? this.words(this.chosen) : this.isSound ? `${this.at.toFixed(2)} s` : `${this.at}`);
    return "";
  }

  // What is chosen, or from the cursor on.
  play() {
    if (!this.player.paused) { this.player.pause(); return; }
    this.player.currentTime = this.chosen ? this.chosen.start : this.at < this.extent ? this.at : 0;
    this.until = this.chosen ? this.chosen.end : null;
    this.player.play().catch(() => {}); // the item was left before it began
  }

  draw() {
    const canvas = this.canvas, pen = canvas.getContext("2d");
    const width = (canvas.width = canvas.clientWidth || 600), height = (canvas.height = 144);
    const x = (at) => at / this.extent * width;
    this.paint(pen, width, height);
    pen.font = "600 12px system-ui, sans-serif";
    for (const span of this.spans) {
      pen.fillStyle = `${colourOf(span.place)}99`;
      pen.fillRect(x(span.start), 0, x(span.end) - x(span.start), height);
      pen.fillStyle = "#111";
      pen.fillText(this.nameOf?.(span.place) ?? "", x(span.start) + 4, 14);
    }
    pen.strokeStyle = pen.fillStyle = getComputedStyle(document.body).getPropertyValue("--accent");
    if (this.chosen) {
      pen.globalAlpha = 0.25;
      pen.fillRect(x(this.chosen.start), 0, x(this.chosen.end) - x(this.chosen.start), height);
      pen.globalAlpha = 1;
    }
    for (const at of [this.at, ...(this.player && !this.player.paused ? [this.player.currentTime] : [])]) {
      pen.fillRect(Math.min(width - 2, x(at)), 0, 2, height);
    }
  }
}
