// Pictures brought to a size, as resizing.py does by Pillow: each pixel the mean of what it covers, or
// between its neighbours where there are more. A picture is { data, height, width, channels, depth }.
const SIDE = 512; // pixels of the longer side that are kept of a picture
const resizing = { rowsFirst: false }; // as the Pillow that read the training pictures does
const FIXED = 2 ** 22; // bytes are summed in whole numbers of this part

// The nearest whole number, the even one of two.
function rint(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

// Of each pixel of a line: the first that it covers, and how much of it and of those behind it.
function spansOf(from, to) {
  const scale = from / to, reach = Math.max(scale, 1), spans = [];
  for (let at = 0; at < to; at++) {
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5)), end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const shares = [];
    for (let place = first; place < end; place++) shares.push(Math.max(0, 1 - Math.abs((place - centre + 0.5) * (1 / reach))));
    const sum = shares.reduce((a, b) => a + b, 0);
    spans.push({ first, shares: shares.map((share) => (sum ? share / sum : share)) });
  }
  return spans;
}

// One axis scaled to `to` places, of lines that lie `line` numbers apart, and pixels `step` apart.
function scaledAxis(source, { from, to, lines, step, line, channels, across, along }, bytes) {
  const target = bytes ? new Uint8Array(lines * to * channels) : new Float64Array(lines * to * channels);
  for (const [at, { first, shares }] of spansOf(from, to).entries()) {
    const parts = Float64Array.from(shares, (share) => (bytes ? Math.trunc(0.5 + share * FIXED) : share));
    for (let row = 0; row < lines; row++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = bytes ? FIXED / 2 : 0, place = row * line + first * step + channel;
        for (let i = 0; i < parts.length; i++, place += step) sum += source[place] * parts[i];
        target[row * across + at * along + channel] = bytes ? Math.min(255, Math.floor(sum / FIXED)) : Math.fround(sum);
      }
    }
  }
  return target;
}

function scaledRows(picture, height, bytes) {
  const { width, channels } = picture, line = width * channels;
  const sizes = { from: picture.height, to: height, lines: width, step: line, line: channels, channels, across: channels, along: line };
  return { ...picture, height, data: scaledAxis(picture.data, sizes, bytes) };
}

function scaledColumns(picture, width, bytes) {
  const { height, channels } = picture, line = picture.width * channels;
  const sizes = { from: picture.width, to: width, lines: height, step: channels, line, channels, across: width * channels, along: channels };
  return { ...picture, width, data: scaledAxis(picture.data, sizes, bytes) };
}

// Rows first, where that Pillow does so: where more of them go.
function scaledPicture(picture, height, width) {
  const { channels, depth } = picture, bytes = depth === "uint8";
  const [less, narrower] = [picture.height - height, picture.width - width];
  const axes = [() => { if (narrower) picture = scaledColumns(picture, width, bytes); },
    () => { if (less) picture = scaledRows(picture, height, bytes); }];
  if (resizing.rowsFirst && less > 0 && less > 2 * narrower) axes.reverse();
  for (const scale of axes) scale();
  let { data } = picture;
  const [low, high] = { uint16: [0, 65535], int32: [-(2 ** 31), 2 ** 31 - 1] }[depth] ?? [];
  if (high !== undefined) data = data.map((value) => Math.min(high, Math.max(low, rint(value))));
  return { data, height, width, channels, depth };
}

// The same, no side longer than SIDE, in its proportions.
function reducedPicture(picture) {
  const longest = Math.max(picture.height, picture.width);
  if (longest <= SIDE) return picture;
  const [height, width] = [picture.height, picture.width].map((side) => Math.max(1, rint(side * SIDE / longest)));
  return scaledPicture(picture, height, width);
}

// The pixels at these rows and columns, those of the edge where they lie outside.
function pixelsAt(picture, top, left, height, width) {
  const { channels } = picture, data = new Float64Array(height * width * channels);
  const inside = (place, size) => Math.min(size - 1, Math.max(0, place));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (inside(y + top, picture.height) * picture.width + inside(x + left, picture.width)) * channels;
      for (let channel = 0; channel < channels; channel++) data[(y * width + x) * channels + channel] = picture.data[at + channel];
    }
  }
  return { ...picture, data, height, width };
}

function fittedPicture(picture, height, width, fit) {
  if (picture.height === height && picture.width === width) return picture;
  if (fit === "resize") return scaledPicture(picture, height, width);
  const factor = Math[fit === "pad" ? "min" : "max"](height / picture.height, width / picture.width);
  const [tall, wide] = [picture.height, picture.width].map((side) => Math.max(1, rint(side * factor)));
  const half = (larger, smaller) => Math.floor((larger - smaller) / 2);
  const scaled = scaledPicture(picture, tall, wide);
  return fit === "pad" ? pixelsAt(scaled, -half(height, tall), -half(width, wide), height, width)
    : pixelsAt(scaled, half(tall, height), half(wide, width), height, width);
}
