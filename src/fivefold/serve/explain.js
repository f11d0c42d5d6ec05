
// Why it is answered so: what each column, word, region or stretch of the row adds.
const why = document.getElementById("why"), added = document.getElementById("added");
let explained = { body: "", row: {}, turn: 0 };

window.explain = (body, row) => { // a row was answered; it is explained while people look
  explained = { body, row, turn: explained.turn + 1 };
  if (why.open) tellWhy(); else added.replaceChildren();
};
why.addEventListener("toggle", () => { if (why.open && explained.body) tellWhy(); });

async function tellWhy() {
  const { body, row, turn } = explained;
  added.textContent = "Asking about parts of it ...";
  try {
    const response = await fetch("/explain", { method: "POST", body,
      headers: { "Content-Type": "application/json" } });
    const answer = await response.json();
    if (turn !== explained.turn) return;
    if (answer.error) added.textContent = answer.error.message;
    else drawWhy(answer.explanations[0], row);
  } catch (error) {
    if (turn === explained.turn) added.textContent = `${NOBODY}: ${error.message}`;
  }
}

function drawWhy(told, row) {
  added.replaceChildren();
  const number = (value) => value.toLocaleString(undefined, { maximumSignificantDigits: 3 });
  const head = document.createElement("p");
  head.textContent = `${told.of}: ${[number(told.score), told.unit].join(" ").trim()}; ${number(told.base)} with ${told.beside}`;
  added.append(head);
  const most = Math.max(...told.parts.map((part) => Math.abs(part.added)), 1e-12);
  if (told.by === "words") added.append(wordsAdded(told.parts, row, most));
  if (told.by === "regions") added.append(regionsAdded(told.parts, most));
  for (const part of told.parts.slice(0, 10)) {
    const cell = "value" in part ? part.value : undefined;
    const shown = cell === null ? "missing" : typeof cell === "object" ? "" : String(cell ?? "");
    const short = shown.length > 24 ? `${shown.slice(0, 23)}…` : shown;
    const bar = line(short ? `${part.name} = ${short}` : part.name, `${part.added > 0 ? "+" : ""}${number(part.added)}`);
    const length = document.createElement("div");
    length.className = part.added > 0 ? "more" : "less";
    length.style.width = `${100 * Math.abs(part.added) / most}%`;
    bar.append(length);
    added.append(bar);
  }
  const rest = told.parts.slice(10);
  if (rest.length) {
    const sum = rest.reduce((total, part) => total + part.added, 0);
    added.append(line(`${rest.length} others`, `${sum > 0 ? "+" : ""}${number(sum)}`));
  }
}

function shade(value, most) { // more of it the stronger
  return `color-mix(in srgb, var(${value > 0 ? "--accent" : "--bad"}) ${Math.round(60 * Math.abs(value) / most)}%, transparent)`;
}

function wordsAdded(parts, row, most) {
  const text = Array.from(String(Object.values(row)[0] ?? "").trim()), block = document.createElement("p");
  block.className = "marked";
  let end = 0;
  for (const { at, added: value } of [...parts].sort((a, b) => a.at[0] - b.at[0])) {
    const word = document.createElement("span");
    word.textContent = text.slice(at[0], at[1]).join("");
    word.style.background = shade(value, most);
    word.title = value.toPrecision(3);
    block.append(text.slice(end, at[0]).join(""), word);
    end = at[1];
  }
  block.append(text.slice(end).join(""));
  return block;
}

function regionsAdded(parts, most) {
  const frame = document.createElement("div"), seen = document.querySelector("canvas[data-control]");
  frame.className = "regions";
  if (seen) {
    const picture = document.createElement("img");
    picture.src = seen.toDataURL();
    picture.alt = "";
    frame.append(picture);
  }
  for (const { at: [top, left, bottom, right], added: value, name } of parts) {
    const region = document.createElement("div");
    region.style.cssText = `top:${100 * top}%;left:${100 * left}%;height:${100 * (bottom - top)}%;width:${100 * (right - left)}%`;
    region.style.background = shade(value, most);
    region.title = `${name}: ${value.toPrecision(3)}`;
    frame.append(region);
  }
  return frame;
}
