"use strict";
const contract = JSON.parse(document.getElementById("contract").textContent);
const form = document.getElementById("form");
const drawn = new Map(); // canvas -> "pen", "file" or nothing yet
const heard = new Map(); // element of a sound, a clip or a picture -> base64 of its file, once there is one
const FILES = /^image\/(png|jpeg|gif|bmp|webp)$/; // of pictures that a model reads, whatever the browser does

// The value of each of the page's controls, null where it is missing.
const filled = (read) => (control) => (control.value === "" ? null : read(control));
const text = filled((control) => control.value);
const values = {
  number: filled((control) => Number(control.value)),
  menu: text,
  toggle: filled((control) => control.value === "true"),
  moment: text,
  words: filled((control) => typed(control)),
  lines: filled((control) => typed(control)),
  picture: (control, field) => heard.get(control) ?? (drawn.has(control) ? pixelsOf(control, field) : null),
  colour: (control) => {
    const missing = control.parentElement.querySelector("[data-missing]");
    return missing && missing.checked ? null : control.value;
  },
  sound: (control) => heard.get(control) ?? null,
  film: (control) => heard.get(control) ?? null,
  numbers: filled((control) => typed(control)),
};

// A WAV file goes as it is; what else the browser reads, at the rate of the model, in one channel.
async function wavOf(content, rate) {
  const bytes = new Uint8Array(content);
  if (String.fromCharCode(...bytes.slice(0, 4), ...bytes.slice(8, 12)) === "RIFFWAVE") return bytes;
  const found = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(content);
  const length = Math.max(1, Math.ceil(found.duration * rate));
  const turned = new OfflineAudioContext(1, length, rate);
  const source = new AudioBufferSourceNode(turned, { buffer: found });
  source.connect(turned.destination);
  source.start();
  const samples = (await turned.startRendering()).getChannelData(0);
  const file = new DataView(new ArrayBuffer(44 + 2 * length));
  const name = (at, word) => { for (let i = 0; i < 4; i++) file.setUint8(at + i, word.charCodeAt(i)); };
  const put = (at, ...values) => values.forEach((value, i) => file.setUint32(at + 4 * i, value, true));
  name(0, "RIFF"); put(4, 36 + 2 * length); name(8, "WAVE"); name(12, "fmt ");
  put(16, 16, 1 + (1 << 16), rate, 2 * rate, 2 + (16 << 16)); name(36, "data"); put(40, 2 * length);
  samples.forEach((value, i) => file.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Uint8Array(file.buffer);
}

function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

// Opens a clip, which goes as it is, and shows it where the browser can.
function watch(box) {
  const still = box.querySelector("[data-still]"), player = box.querySelector("[data-player]");
  box.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    heard.set(box, base64Of(new Uint8Array(await file.arrayBuffer())));
    const seen = file.type.startsWith("image/") ? still : player;
    for (const each of [still, player]) { URL.revokeObjectURL(each.src); each.hidden = each !== seen; }
    seen.onerror = () => { seen.hidden = true; };
    seen.src = URL.createObjectURL(file);
    box.querySelector("[data-name]").textContent = file.name;
    later();
  });
}

// Opens a sound, or records one for as long as the button is down to stop it.
function listen(box) {
  const player = box.querySelector("[data-player]"), button = box.querySelector("[data-record]");
  let recorder = null;
  async function take(blob, name) {
    try {
      const bytes = await wavOf(await blob.arrayBuffer(), Number(box.dataset.rate));
      heard.set(box, base64Of(bytes));
      URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
      player.hidden = false;
      later();
    } catch { say(`${name} is no sound that this browser reads.`); }
  }
  box.querySelector("input[type=file]").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) take(file, file.name);
  });
  button.addEventListener("click", async () => {
    if (recorder) { recorder.stop(); return; }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const pieces = [];
      recorder = new MediaRecorder(stream);
      recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
      recorder.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        recorder = null;
        button.textContent = "Record";
        take(new Blob(pieces), "The recording");
      });
      recorder.start();
      button.textContent = "Stop";
    } catch { say("This browser gives no microphone to this page; open a file instead."); }
  });
}

// A cell that is a list is typed as JSON; what is none goes as it is, for the server to refuse.
function typed(control) {
  if (!("nested" in control.dataset)) return control.value;
  try { return JSON.parse(control.value); } catch { return control.value; }
}

// The channels of what is typed, a list each, as the server reads them; none where that is no series.
function channelsOf(text) {
  let rows;
  try { rows = JSON.parse(text); } catch {
    rows = text.trim().split(/[\n;]+/).map((line) => line.trim().split(/[,\t ]+/));
    if (rows.length === 1) [rows] = rows;
  }
  if (!Array.isArray(rows) || !rows.length) return [];
  rows = rows.map((row) => (Array.isArray(row) ? row : [row]).map((cell) => (cell === null ? NaN : Number(cell))));
  return rows[0].map((_, channel) => rows.map((row) => row[channel]));
}

// A box of numbers: opens a file into it, and draws what stands there.
function prepareNumbers(box) {
  const field = box.parentElement, plot = field.querySelector("[data-plot]");
  const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
  function draw() {
    const channels = channelsOf(box.value), known = channels.flat().filter(Number.isFinite);
    plot.hidden = !known.length;
    if (plot.hidden) return;
    const low = known.reduce((a, b) => Math.min(a, b)), high = known.reduce((a, b) => Math.max(a, b));
    const width = (plot.width = 600), height = (plot.height = 120), pen = plot.getContext("2d");
    channels.slice(0, 12).forEach((numbers, channel) => {
      pen.beginPath();
      pen.strokeStyle = colours[channel % colours.length];
      numbers.forEach((value, step) => {
        if (!Number.isFinite(value)) return;
        const x = (step / Math.max(1, numbers.length - 1)) * (width - 4) + 2;
        pen.lineTo(x, height - 4 - ((value - low) / (high - low || 1)) * (height - 8));
      });
      pen.stroke();
    });
  }
  box.addEventListener("input", draw);
  field.querySelector("[data-file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    box.value = await file.text();
    draw();
    later();
  });
  draw();
}

// Mean colour of the part of the picture that falls into each pixel of the model, in its range.
function pixelsOf(canvas, field) {
  const [channels, height, width] = field.shape;
  const [dark, bright] = field.range || [0, 255];
  const scaled = (value) => dark + Math.round(value) * (bright - dark) / 255;
  const light = canvas.dataset.light === "1";
  const source = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let box = [0, 0, canvas.width, canvas.height];
  if (drawn.get(canvas) === "pen") box = centred(source, light, height, width);
  const [left, top, wide, high] = box;
  const rows = [];
  for (let y = 0; y < height; y++) {
    const row = [];
    for (let x = 0; x < width; x++) {
      const colour = mean(source, light, left + x * wide / width, top + y * high / height,
        left + (x + 1) * wide / width, top + (y + 1) * high / height);
      const grey = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
      row.push(channels === 1 ? scaled(grey) : colour.map(scaled));
    }
    rows.push(row);
  }
  return rows;
}

function mean(source, light, x0, y0, x1, y1) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = Math.floor(y0); y < Math.max(y1, Math.floor(y0) + 1); y++) {
    for (let x = Math.floor(x0); x < Math.max(x1, Math.floor(x0) + 1); x++) {
      const inside = x >= 0 && y >= 0 && x < source.width && y < source.height;
      const at = 4 * (y * source.width + x);
      for (let c = 0; c < 3; c++) sum[c] += inside ? source.data[at + c] : light ? 255 : 0;
      count++;
    }
  }
  return sum.map((value) => value / count);
}

// The square around the drawing, with the margin that digit collections leave.
function centred(source, light, height, width) {
  let left = source.width, right = 0, top = source.height, bottom = 0;
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < source.width; x++) {
      const value = source.data[4 * (y * source.width + x)];
      if (light ? value < 128 : value > 127) {
        left = Math.min(left, x); right = Math.max(right, x + 1);
        top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
      }
    }
  }
  if (right <= left) return [0, 0, source.width, source.height];
  const small = Math.min(height, width);
  const margin = small >= 20 ? Math.round(small / 7) : 0;
  const scale = Math.max((right - left) / (width - 2 * margin), (bottom - top) / (height - 2 * margin));
  const wide = scale * width, high = scale * height;
  return [(left + right - wide) / 2, (top + bottom - high) / 2, wide, high];
}

function prepare(canvas) {
  const field = contract.inputs[Number(canvas.id.split("-")[1])];
  const light = canvas.dataset.light === "1";
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const clear = () => {
    pen.fillStyle = light ? "white" : "black";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn.delete(canvas);
    heard.delete(canvas);
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width,
      (event.clientY - box.top) * canvas.height / box.height];
  };
  let last = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (drawn.get(canvas) === "file") clear();
    drawn.set(canvas, "pen");
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    stroke(last);
  });
  canvas.addEventListener("pointermove", (event) => { if (last) stroke(at(event)); });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => { last = null; later(); });
  }
  function stroke(to) {
    pen.strokeStyle = light ? "black" : "white";
    pen.lineWidth = Math.min(...field.shape.slice(1)) <= 16 ? 44 : 24; // as digit collections do
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...to);
    pen.stroke();
    last = to;
    later();
  }
  const tools = canvas.parentElement;
  tools.querySelector("[data-clear]").addEventListener("click", () => { clear(); later(); });
  tools.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      const picture = await createImageBitmap(file), bytes = new Uint8Array(await file.arrayBuffer());
      pen.fillStyle = "white"; // behind what is transparent, as the model sees it
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      drawn.set(canvas, "file");
      if (!field.range && FILES.test(file.type)) heard.set(canvas, base64Of(bytes)); // as it is
      later();
    } catch { say(`${file.name} is no picture that this browser reads.`); }
  });
  clear();
}

function say(text) {
  const message = document.getElementById("message");
  message.textContent = text;
  message.hidden = text === "";
}

function percent(share) {
  return share === null ? "not a number" : `${(100 * share).toFixed(1)} %`;
}

// How often the truth is held; of later rows that is only aimed at.
const often = ({ level, promised }) => `${promised === false ? "aimed at " : ""}${+(100 * level).toPrecision(6)} %`;

function show(answer, row) {
  const bars = document.getElementById("bars");
  bars.replaceChildren();
  const [prediction] = answer.predictions;
  if (prediction !== null && typeof prediction === "object" && !Array.isArray(prediction)) {
    document.getElementById("headline").textContent = "";
    for (const [name, value] of Object.entries(prediction)) bars.append(line(name, told(value)));
    return;
  }
  const written = (value) => (typeof value === "number" && !answer.classes
    ? value.toLocaleString(undefined, { maximumSignificantDigits: 6 }) : String(value));
  const named = Array.isArray(prediction) && answer.columns; // several numbers, each with its name
  const marked = Array.isArray(prediction) && answer.classes && !answer.thresholds && !named;
  document.getElementById("headline").textContent =
    named || marked ? "" : answer.thresholds ? prediction.map(written).join(", ") || "none of them"
      : [prediction].flat().map(written).join(" ");
  if (named) prediction.forEach((value, i) => bars.append(line(answer.columns[i], written(value))));
  if (answer.intervals) {
    const [low, high] = answer.intervals[0].map((end) => (end === null ? end : written(end)));
    const ends = [low ?? "any lower number", high ?? "any higher one"];
    bars.append(line(`${often(answer)} of true values lie between`, ends.join(" and ")));
  }
  if (answer.sets) bars.append(line(`the truth, ${often(answer)}`, answer.sets[0].map(String).join(", ")));
  if (answer.spans) {
    if (prediction === "") document.getElementById("headline").textContent = "(nothing)";
    bars.append(line("sure of all of it", percent(answer.confidence[0])));
    const pace = answer.seconds_a_step, at = (step) => (pace ? `${(pace * step).toFixed(2)} s` : `${step}`);
    for (const { text, start, end } of answer.spans[0].slice(0, 40)) {
      bars.append(line(text === " " ? "(blank)" : text, `${at(start)} to ${at(end)}`));
    }
  }
  if (answer.surprise) {
    const [surprise] = answer.surprise;
    bars.append(line("surprise", surprise === null ? "not a number" : written(surprise)),
      line("an alarm from", written(answer.threshold)));
    for (const { column, surprise } of answer.reasons?.[0] ?? []) {
      bars.append(line(`odd by ${column}`, `+${written(surprise)}`));
    }
  }
  if (answer.costs) bars.append(line("answered", "the class of the least expected cost"));
  if (typeof answer.threshold === "number" && answer.classes && !answer.surprise) {
    bars.append(line(`${answer.classes[1]} is answered from`, percent(answer.threshold)));
  }
  if (marked) mark(prediction, answer, row);
  if (!answer.classes || (Array.isArray(prediction) && !answer.thresholds)) return;
  const shares = answer.classes.map((label, i) => [label, answer.probabilities[0][i], answer.thresholds?.[i]]);
  if (!answer.ordered) shares.sort((a, b) => b[1] - a[1]);
  for (const [label, share, threshold] of shares.slice(0, 10)) {
    const length = document.createElement("progress");
    length.max = 1;
    length.value = share ?? 0;
    const bar = line(label, percent(share) + (threshold === undefined ? "" : `, said from ${percent(threshold)} on`));
    bar.append(length);
    bars.append(bar);
  }
}

// The answer to one of several targets.
function told(value) {
  if (Array.isArray(value)) return value.join(", ") || "none of them";
  return typeof value === "number" ? value.toLocaleString(undefined, { maximumSignificantDigits: 6 }) : value;
}

// What stands at the positions of a row: items of a list, words, letters; places where it is none.
function placesOf(row, count) {
  for (const cell of Object.values(row)) {
    const text = typeof cell === "string" ? cell.trim() : "";
    const words = Array.isArray(cell) && cell.every((item) => typeof item === "string") ? cell : text.split(/\s+/);
    if (words.length === count) return [words, " "];
    if ([...text].length === count) return [[...text], ""];
  }
  return [null, " "];
}

// Labels of positions as colours behind what stands there; runs of one label where these are numbers.
function mark(labels, answer, row) {
  const box = document.createElement("p"), [parts, joint] = placesOf(row, labels.length);
  const kindOf = (label) => String(label).replace(/^[A-Z]-(?=.)/, "");
  const kinds = [...new Set(answer.classes.map(kindOf))].filter((kind) => kind !== "O");
  const colours = ["#cfe8ff", "#ffe0b3", "#c9f0d8", "#f6d0e6", "#e3dcff", "#fff3a3", "#d9d9d9", "#ffd0cc"];
  box.className = "marked";
  const pace = answer.seconds_a_step, at = (step) => (pace * step).toFixed(2);
  const ran = (label, from, to) => (pace ? `${label} ${at(from)} to ${at(to)} s` : to - from > 1 ? `${label} x ${to - from}` : String(label));
  let run = null, from = 0;
  labels.forEach((label, place) => {
    if (!parts && run && run.title === String(label)) { run.textContent = ran(label, from, place + 1); return; }
    const part = document.createElement("span");
    part.textContent = parts ? parts[place] : ran(label, place, place + 1);
    part.title = String(label);
    const kind = kinds.indexOf(kindOf(label));
    if (kind >= 0) Object.assign(part.style, { background: colours[kind % colours.length], color: "#111" });
    box.append(part, joint);
    [run, from] = [part, place];
  });
  document.getElementById("bars").append(box);
  const counted = (steps) => (pace ? `${at(steps)} s` : steps);
  const told = kinds.filter((kind) => labels.some((label) => kindOf(label) === kind));
  for (const kind of told) {
    const key = line(kind, counted(labels.filter((label) => kindOf(label) === kind).length));
    Object.assign(key.firstChild.style, { background: colours[kinds.indexOf(kind) % colours.length], color: "#111" });
    document.getElementById("bars").append(key);
  }
}

// A name and a value beside one another.
function line(name, value) {
  const made = document.createElement("div");
  made.className = "bar";
  for (const words of [name, value]) {
    const part = document.createElement("span");
    part.textContent = String(words);
    made.append(part);
  }
  return made;
}

let asked = 0;
async function ask() {
  const turn = ++asked;
  const row = Object.create(null);
  const controls = contract.inputs.map((field, i) => document.getElementById(`field-${i}`));
  contract.inputs.forEach((field, i) => { row[field.name] = values[field.control](controls[i], field); });
  const body = JSON.stringify({ instances: [row] });
  document.getElementById("request").textContent = body;
  for (const box of form.children) box.classList.remove("wrong");
  const needed = controls.filter((_, i) => !contract.inputs[i].nullable);
  const wanted = needed.some((control) => control.tagName === "CANVAS" && !drawn.has(control))
    ? "Draw something."
    : needed.some((control) => "rate" in control.dataset && !heard.has(control)) ? "Record something."
    : needed.some((control) => control.dataset.control === "film" && !heard.has(control)) ? "Open a clip." : "";
  if (wanted) {
    document.getElementById("headline").textContent = wanted;
    document.getElementById("bars").replaceChildren();
    return;
  }
  try {
    const answer = await answered(body);
    if (turn !== asked) return;
    if (!answer.error) { say(""); show(answer, row); window.explain?.(body, row); return; }
    say(answer.error.message);
    const wrong = contract.inputs.findIndex((field) => field.name === answer.error.column);
    if (wrong >= 0) form.children[wrong].classList.add("wrong");
  } catch (error) {
    if (turn === asked) say(`${NOBODY}: ${error.message}`);
  }
}

let timer = 0;
function later() { clearTimeout(timer); timer = setTimeout(ask, 150); }

document.querySelectorAll("canvas[data-control]").forEach(prepare);
document.querySelectorAll("[data-steps]").forEach(prepareNumbers);
document.querySelectorAll("[data-rate]").forEach(listen);
document.querySelectorAll("[data-control=film]").forEach(watch);
form.addEventListener("input", later);
form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
ask();
