"use strict";
// Cells of an item as elements. Whatever comes from data becomes text, never markup.
const $ = (id) => document.getElementById(id);
const COLOURS = ["#8ecae6", "#ffc078", "#8fd9b6", "#f2a7c8", "#c3b6f7", "#f5e07a", "#c9ccd3", "#ffa8a0"];
const LINES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const colourOf = (place) => COLOURS[place % COLOURS.length];

function node(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function bytesOf(base64) { return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)); }

// The samples of a WAV file of 16 bits, as the server gives them, and how many there are a second.
function samplesOf(bytes) {
  const view = new DataView(bytes.buffer);
  let at = 12;
  while (at + 8 < bytes.length && view.getUint32(at, false) !== 0x64617461) at += 8 + view.getUint32(at + 4, true);
  const samples = new Int16Array(bytes.buffer.slice(at + 8, at + 8 + 2 * Math.floor((bytes.length - at - 8) / 2)));
  return [samples, view.getUint32(24, true)];
}

// The least and the largest of the samples that fall on each of so many places.
function peaksOf(samples, width) {
  const peaks = [];
  for (let x = 0; x < width; x++) {
    const from = Math.floor(x * samples.length / width), to = Math.max(from + 1, Math.floor((x + 1) * samples.length / width));
    let low = 0, high = 0;
    for (let i = from; i < to && i < samples.length; i += Math.max(1, (to - from) >> 7)) {
      low = Math.min(low, samples[i]); high = Math.max(high, samples[i]);
    }
    peaks.push([low / 32768, high / 32768]);
  }
  return peaks;
}

function drawSound(samples) {
  let peaks = [];
  return (pen, width, height) => {
    if (peaks.length !== width) peaks = peaksOf(samples, width);
    pen.fillStyle = LINES[0];
    peaks.forEach(([low, high], x) => pen.fillRect(x, height / 2 * (1 - high), 1, Math.max(1, height / 2 * (high - low))));
  };
}

function channelsOf(value) {
  const rows = value.map((row) => (Array.isArray(row) ? row : [row]).map((cell) => (cell === null ? NaN : Number(cell))));
  return rows.length ? rows[0].map((_, channel) => rows.map((row) => row[channel])) : [];
}

function drawSeries(channels) {
  const known = channels.flat().filter(Number.isFinite);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity), high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  return (pen, width, height) => channels.slice(0, 12).forEach((numbers, channel) => {
    pen.beginPath();
    pen.lineWidth = 1.5;
    pen.strokeStyle = LINES[channel % LINES.length];
    numbers.forEach((value, step) => {
      if (!Number.isFinite(value)) return;
      pen.lineTo((step + 0.5) / numbers.length * width, height - 4 - (value - low) / (high - low || 1) * (height - 8));
    });
    pen.stroke();
  });
}

function plot(draw, words) {
  const canvas = node("canvas", { role: "img", "aria-label": words });
  const paint = () => {
    [canvas.width, canvas.height] = [canvas.clientWidth || 600, 144];
    draw(canvas.getContext("2d"), canvas.width, canvas.height);
  };
  new ResizeObserver(paint).observe(canvas);
  return canvas;
}

function picture(value, name) {
  const image = node("img", { src: `data:image/png;base64,${value}`, alt: `${name} of this item` });
  image.addEventListener("load", () => image.classList.toggle("tiny", image.naturalWidth < 96));
  return image;
}

function sound(value) {
  const address = URL.createObjectURL(new Blob([bytesOf(value)], { type: "audio/wav" }));
  const player = $("player").content.firstElementChild.cloneNode();
  player.src = address;
  return player;
}

const SHOW = {
  lines: (value) => node("p", { className: "prose", dir: "auto" }, value),
  picture,
  film: picture,
  sound: (value, name) => {
    const [samples, rate] = samplesOf(bytesOf(value));
    const words = `${name}, ${(samples.length / rate).toFixed(2)} seconds`;
    return node("div", {}, plot(drawSound(samples), words), sound(value));
  },
  numbers: (value, name) => plot(drawSeries(channelsOf(value)), `${name}, a series of ${value.length} steps`),
  colour: (value) => {
    const swatch = node("div", { className: "swatch", role: "img", "aria-label": value });
    swatch.style.background = /^#[0-9a-f]{6}$/i.test(value) ? value : "none";
    return node("div", {}, swatch, value);
  },
};

function plainText(value) {
  if (typeof value === "number") return value.toLocaleString(undefined, { maximumSignificantDigits: 9 });
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

// An item as what is shown of it: its elements, and the strip that is marked, if there is one.
function prepared(item) {
  const parts = [];
  let strip = null;
  for (const cell of item.cells) {
    if (item.cells.length > 1) parts.push(node("h2", {}, cell.name));
    if (cell.value === null) { parts.push(node("p", { className: "gone" }, "missing")); continue; }
    if (cell.marked) {
      strip = cell.control === "lines" ? new TextStrip(String(cell.value)) : new LineStrip(cell);
      parts.push(strip.element);
    } else {
      const show = SHOW[cell.control];
      parts.push(show ? show(cell.value, cell.name) : node("p", { className: "prose" }, plainText(cell.value)));
    }
  }
  return { parts, strip };
}

// The sounds of an item that is left, which hold memory until they are let go.
function release(ready) {
  for (const part of ready.parts) {
    for (const each of part.querySelectorAll("[data-player]")) URL.revokeObjectURL(each.src);
  }
}

const ALOUD = { picture: "a picture", film: "a clip", sound: "a sound", numbers: "a series of numbers" };

// What of an item can be read aloud, shortened.
function spokenItem(item) {
  const told = item.cells.map((cell) => {
    const value = cell.value === null ? "missing"
      : ALOUD[cell.control] ?? plainText(cell.value);
    return item.cells.length > 1 ? `${cell.name}: ${value}` : value;
  });
  return told.join(". ").slice(0, 400);
}
