// The page: an item, an answer by one stroke, the next item.
const page = { question: null, coming: [], trail: [], place: 0, open: [], settling: false, acts: [], item: null, strip: null,
  picked: new Set(), seen: 0, since: 0, guessed: null, fetching: null };
const ready = new Map(); // of items to come, what is shown of them

const outbox = new Outbox(
  (waiting, failing) => {
    $("saved").className = failing ? "waiting" : "";
    $("saved").textContent = failing ? `not saved yet: ${waiting}; the server does not answer` : waiting ? "saving" : "saved";
  },
  (stroke, error) => complain(`Not kept: ${error.message}`));

function complain(text) { $("message").textContent = text; $("message").hidden = !text; }
function announce(text) { $("live").textContent = text; }
const choices = () => page.question.choices;
const way = () => page.question.way;
const isTyped = () => way() === "number" && !choices().length;

// --- items

function current() { return page.settling ? page.open[0] : page.place < page.trail.length ? page.trail[page.place].item : page.coming[0]; }
function answered() { return !page.settling && page.place < page.trail.length ? page.trail[page.place].answer : null; }

function prepare(item) {
  if (!ready.has(item)) ready.set(item, prepared(item));
  return ready.get(item);
}

function show(told = "") {
  const item = current(), answer = answered();
  if (page.item && page.item !== item && ready.has(page.item)) { release(ready.get(page.item)); ready.delete(page.item); }
  Object.assign(page, { item, seen: 0, since: performance.now(), guessed: null, strip: null });
  page.picked.clear();
  complain("");
  $("guess").hidden = true;
  $("hint").hidden = !item || item.guess === null;
  $("where").textContent = page.settling ? `To settle: ${page.open.length}` : answer ? "Labelled before; a key changes it" : "";
  if (!item) nothing(); else {
    const { parts, strip } = prepare(item);
    $("item").replaceChildren(...parts);
    page.strip = strip;
    if (strip) {
      strip.nameOf = (place) => choices()[place]?.name ?? "";
      strip.changed = showMarks;
      if (document.activeElement === document.body) (strip.canvas ?? strip.element).focus({ preventScroll: true });
    }
  }
  const value = answer?.act === "skip" ? null : answer?.value ?? null;
  if (value !== null) {
    if (way() === "classes") value.forEach((one) => page.picked.add(one));
    if (page.strip) page.strip.set(value, choices());
  }
  $("value").value = value !== null && isTyped() ? value : "";
  if (isTyped() && item) $("value").focus({ preventScroll: true });
  showVotes(item ?? {}, words);
  press(value);
  showMarks();
  [$("back").disabled, $("forth").disabled] = [page.settling || !page.place, page.settling || page.place >= page.trail.length];
  for (const id of ["skip", "flag", "comment"]) $(id).disabled = !item;
  if ($("work").getBoundingClientRect().top < 0) $("work").scrollIntoView();
  announce([told, item ? spokenItem(item) : $("item").textContent].filter(Boolean).join(". "));
  setTimeout(() => page.coming.slice(0, 3).forEach(prepare));
}

function nothing() {
  const text = page.fetching ? "Fetching items" : outbox.failing ? "The server does not answer. What you labelled waits here until it does." : page.settling ? "Nothing is left to settle."
    : "Nothing is left for you. What you labelled is kept; you can close this page, or go back with the comma.";
  $("item").replaceChildren(node("p", { className: "gone" }, text));
}

async function fetchMore() {
  if (page.fetching) return;
  const begun = !page.item;
  const held = page.coming.map((item) => item.item), passing = outbox.strokes.map((one) => one.item);
  const known = new Set([...held, ...passing]);
  page.fetching = ask("/next", { held, passing });
  try {
    const found = (await page.fetching).filter((item) => !known.has(item.item));
    page.coming.push(...found);
  } catch (error) {
    if (error.refused) complain(error.message);
  } finally { page.fetching = null; }
  if (begun && !page.settling) show(); else page.coming.slice(0, 3).forEach(prepare);
}

// --- strokes

const seconds = () => Number(((page.seen + (page.since === null ? 0 : performance.now() - page.since)) / 1000).toFixed(6));

function stroke(act, more = {}, item = page.item) {
  page.acts.push({ item, act, before: answered() });
  outbox.add({ item: item.item, ticket: item.ticket, act, seconds: seconds(), guess: page.guessed, ...more });
}

// What was said of the item; then the next one.
function settle(act, more, told) {
  if (!page.item) return;
  if (page.settling) {
    stroke(act === "label" ? "settle" : act, more);
    page.open.shift();
    show(told);
    if (!page.open.length) refresh();
    return;
  }
  const item = page.item, past = page.place < page.trail.length;
  stroke(act, more);
  const answer = { act, ...more };
  if (past) page.trail[page.place].answer = answer; else { page.trail.push({ item, answer }); page.coming.shift(); }
  page.place += 1;
  show(told);
  if (page.coming.length < 12) fetchMore();
  count(past || act !== "label" ? 0 : 1);
}

function choose(place) {
  const choice = choices()[place];
  if (!choice || !page.item) return;
  flash(place);
  if (way() === "classes") {
    const had = page.picked.delete(choice.value);
    if (!had) page.picked.add(choice.value);
    press(null);
    announce(`${choice.name} ${had ? "taken away" : "chosen"}`);
  } else if (way() === "spans") {
    const marked = page.strip?.mark(place);
    announce(marked ? `${marked}: ${choice.name}` : "");
    if (!marked) complain(page.strip ? "Choose a part first: drag over it, touch it, or use the arrows." : "There is nothing to mark.");
    else complain("");
  } else settle("label", { value: choice.value }, `Kept: ${choice.name}`);
}

function keep() {
  if (!page.item) return;
  let value = null;
  if (way() === "classes") value = choices().map((one) => one.value).filter((one) => page.picked.has(one));
  else if (way() === "spans") value = page.strip ? page.strip.value(choices()) : [];
  else if (isTyped()) {
    const { low, high, whole } = page.question, number = Number($("value").value);
    const fits = $("value").value !== "" && number >= (low ?? -Infinity) && number <= (high ?? Infinity) && (!whole || Number.isInteger(number));
    if (!fits) { complain(`A ${whole ? "whole " : ""}number${low === null ? "" : ` from ${low}`}${high === null ? "" : ` to ${high}`} is wanted.`); return; }
    value = number;
  } else return;
  settle("label", { value }, `Kept: ${words(value)}`);
}

// Takes back the last act, and before that the one before it, of earlier days too.
let undoing = Promise.resolve();
function undo() { undoing = undoing.then(undoOne); return undoing; }

async function undoOne() {
  let last = page.acts.pop();
  if (last) {
    const item = last.item;
    outbox.add({ item: item.item, ticket: item.ticket, act: "undo", seconds: seconds() });
  } else {
    await outbox.drain();
    const told = await ask("/last").catch((error) => { complain(error.message); return null; });
    if (!told) { announce("There is nothing to undo"); return; }
    last = { item: told, act: told.act, before: told.answer };
    outbox.add({ item: told.item, ticket: told.ticket, act: "undo", seconds: seconds() });
  }
  const told = `Taken back: ${last.act}`;
  if (last.act === "flag" || last.act === "comment") { announce(told); complain(`${told}.`); return; }
  if (last.act === "settle" || page.settling) {
    [page.settling, page.open] = [true, [last.item, ...page.open.filter((one) => one.item !== last.item.item)]];
    show(told);
    return;
  }
  const at = page.trail.findLastIndex((one) => one.item.item === last.item.item);
  if (last.before) {
    if (at >= 0) page.trail[at].answer = last.before; else page.trail.push({ item: last.item, answer: last.before });
    page.place = at >= 0 ? at : page.trail.length - 1;
  } else {
    if (at >= 0) page.trail.splice(at, 1);
    page.coming = [last.item, ...page.coming.filter((one) => one.item !== last.item.item)];
    page.place = page.trail.length;
    count(last.act === "label" ? -1 : 0);
  }
  show(told);
}

function go(step) {
  if (page.settling) return;
  const place = Math.min(page.trail.length, Math.max(0, page.place + step));
  if (place === page.place) return;
  page.place = place;
  show(step < 0 ? "Back" : "");
}

function hint() {
  if (!page.item || page.item.guess === null) return;
  page.guessed = page.item.guess;
  $("guess").textContent = `The model would say: ${words(page.guessed)}`;
  $("guess").hidden = false;
  announce($("guess").textContent);
}

// --- what is shown of an answer

function words(value) {
  if (!Array.isArray(value)) return String(value);
  if (way() !== "spans") return value.join(", ") || "none of them";
  const cell = page.item?.cells.find((one) => one.marked);
  const part = (start, end) => (cell?.control === "lines" ? [...cell.value].slice(start, end).join("") : `${start} to ${end}`);
  return value.map(([start, end, name]) => `${part(start, end)}: ${name}`).join("; ") || "nothing marked";
}

function press(value) {
  const shown = way() === "classes" ? page.picked : new Set(value === null ? [] : [value]);
  if (way() === "spans") return;
  for (const button of $("choices").children) {
    button.setAttribute("aria-pressed", shown.has(choices()[button.dataset.place].value));
  }
}

function flash(place) {
  const button = $("choices").querySelector(`[data-place="${place}"]`);
  button?.classList.add("hit");
  setTimeout(() => button?.classList.remove("hit"), 160);
}

function showMarks() {
  $("marks").hidden = !page.strip;
  if (!page.strip) return;
  $("marks").replaceChildren(...page.strip.spans.map((span) => {
    const name = choices()[span.place]?.name ?? "", said = page.strip.words(span), dot = node("i");
    dot.style.background = colourOf(span.place);
    const away = node("button", { type: "button", "aria-label": `Take away ${said}, ${name}` }, "\u00d7");
    away.addEventListener("click", () => page.strip.remove(span));
    return node("span", { className: "mark" }, dot, `${said.slice(0, 60)} - ${name}`, away);
  }));
}

let tally = { done: 0, total: 0 };
function count(step) {
  tally.done += step;
  $("tally").textContent = `${tally.done.toLocaleString()} of ${tally.total.toLocaleString()}`;
  [$("bar").max, $("bar").value] = [Math.max(1, tally.total), tally.done];
}

async function refresh() {
  if (document.visibilityState !== "visible" || !page.question) return;
  try {
    const told = await ask("/progress");
    tally = { done: told.labelled, total: told.total };
    count(outbox.strokes.filter((one) => one.act === "label").length);
    $("to-settle").hidden = !told.open && !page.settling;
    $("settle").textContent = page.settling ? "Label on" : "Settle";
    $("open").textContent = page.settling ? "" : told.open;
    showPanel(told, page.question.who);
    if (!page.item && !page.settling) fetchMore();
  } catch { /* the next one will tell */ }
}
