// Keys, buttons and the words that are asked for.
const ACTS = {
  Backspace: ["undo, as far back as you like", undo],
  " ": ["skip, with a reason", () => askFor("skip")],
  f: ["flag a question about the guide", () => askFor("flag")],
  c: ["comment on the item", () => askFor("comment")],
  ",": ["back", () => go(-1)],
  ".": ["next", () => go(1)],
  ArrowLeft: ["back; where parts are marked: a word back, with Shift to choose more", (event) => arrow(-1, event)],
  ArrowRight: ["next; where parts are marked: a word on", (event) => arrow(1, event)],
  Enter: ["keep, where several, spans or numbers are asked", keep],
  x: ["take a mark away", () => { const gone = page.strip?.remove(); announce(gone ? `Taken away: ${gone}` : ""); }],
  p: ["play what is chosen", () => { const player = page.strip?.player ? page.strip : $("item").querySelector("[data-player]");
    if (player instanceof Strip) player.play(); else if (player?.paused) player.play().catch(() => {}); else player?.pause(); }],
  g: ["show what the model would say", hint],
  v: ["settle where people differ", toggleSettling],
  "/": ["find a class", () => { if (!$("find").hidden) $("find").focus(); }],
  "?": ["these keys", () => $("keys").showModal()],
};

function arrow(step, event) {
  if (page.strip) { const told = page.strip.move(step, event.shiftKey); if (told) announce(told); } else go(step);
}

// The key as it is written on the board that most classes were given keys by, whatever the layout.
function keyOf(event) {
  if (event.key.length !== 1 || event.shiftKey) return event.key;
  const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/);
  if (digit) return digit[1];
  const letter = event.code.match(/^Key([A-Z])$/);
  return letter && event.key.charCodeAt(0) > 127 ? letter[1].toLowerCase() : event.key.toLowerCase();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !page.question) return;
  const at = event.target, typing = at.matches?.("input:not([type=checkbox]), textarea, select");
  if (document.querySelector("dialog[open]")) { inDialog(event, typing); return; }
  const key = keyOf(event);
  if (at === $("find") && (key === "Enter" || key === "Escape")) { found(key === "Enter"); event.preventDefault(); return; }
  const empty = at === $("value") && at.value === "";
  if (at === $("value") && (key === "Enter" || (empty && (key === " " || key === "Backspace" || key === "ArrowLeft" || key === "ArrowRight" || (/^[a-z?]$/.test(key) && key !== "e"))))) {
    event.preventDefault();
    if (!event.repeat) ACTS[key]?.[1](event);
    return;
  }
  if (typing || (!$("keys-on").checked && key !== "?")) return;
  if ((key === " " || key === "Enter") && at.closest?.("button, a, summary, [data-player]")) return;
  if (at.closest?.("[data-player]") && key.startsWith("Arrow")) return;
  const place = choices().findIndex((choice) => choice.key === key);
  const act = place >= 0 ? () => choose(place) : ACTS[key]?.[1];
  if (!act) return;
  event.preventDefault();
  if (event.repeat && !key.startsWith("Arrow") && key !== "Backspace") return; // a key that is held labels one item
  act(event);
});

// A button that is clicked leaves the focus and what is selected where they are, so that keys go on to act.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("button") && !event.target.closest("dialog")) event.preventDefault();
});

function toggleSettling() {
  if (page.settling) { page.settling = false; show(); refresh(); return; }
  ask("/disputes").then((found) => {
    if (!found.length) { announce("There is nothing to settle"); return; }
    [page.settling, page.open] = [true, found];
    show("Settle");
    refresh();
  }).catch((error) => complain(error.message));
}

// --- words

const ASKED = {
  skip: ["Skip this item: why?", "In your own words"],
  flag: ["Flag: what does the guide not say?", "Your question"],
  comment: ["Comment on this item", "Your comment"],
};

function askFor(act) {
  if (!page.item) return;
  const [title, label] = ASKED[act], dialog = $("say");
  $("say-title").textContent = title;
  $("say-label").textContent = label;
  $("say-words").value = "";
  const reasons = act === "skip" ? page.question.reasons : [];
  $("say-reasons").replaceChildren(...reasons.map((reason, i) => {
    const button = node("button", { type: "submit", value: reason }, node("kbd", {}, String(i + 1)), reason);
    return button;
  }));
  dialog.dataset.act = act;
  dialog.showModal();
  if (act === "skip") $("say-reasons").firstChild.focus(); else $("say-words").focus();
}

// The focus leaves at once: else the next key would still be written into what is no longer seen.
function shut(dialog) {
  dialog.close();
  if (dialog.contains(document.activeElement)) document.activeElement.blur();
}

function inDialog(event, typing) {
  if (event.key === "Escape") { event.preventDefault(); shut(document.querySelector("dialog[open]")); return; }
  if (typing) { if (event.key === "Enter" && $("say").open) { event.preventDefault(); say("keep"); } return; }
  const button = $("say").open ? $("say-reasons").children[Number(keyOf(event)) - 1] : null;
  if (button) { event.preventDefault(); say(button.value); }
}

$("say").addEventListener("submit", (event) => { event.preventDefault(); say(event.submitter?.value); });

// At once, so that the next key finds it done.
function say(told) {
  const act = $("say").dataset.act, own = $("say-words").value.trim();
  shut($("say"));
  if (!told || !page.item) return;
  const reason = told === "keep" ? own : told;
  if (act === "skip") { settle("skip", { reason }, `Skipped: ${reason || "without a reason"}`); return; }
  if (act === "comment" && !reason) return;
  stroke(act, { reason });
  announce(act === "flag" ? "Flagged" : "Comment kept");
  complain("");
  $("where").textContent = act === "flag" ? "Flagged; your question is kept" : "Your comment is kept";
}

// --- classes

function buildChoices() {
  const dots = way() === "spans";
  $("choices").replaceChildren(...choices().map((choice, place) => {
    const button = node("button", { type: "button" });
    if (choice.key) { button.append(node("kbd", {}, choice.key.toUpperCase())); button.setAttribute("aria-keyshortcuts", choice.key); }
    if (dots) { const dot = node("i"); dot.style.background = colourOf(place); button.append(dot); }
    button.append(node("span", {}, choice.name));
    button.dataset.place = place;
    button.addEventListener("click", () => choose(place));
    return button;
  }));
  $("find").hidden = choices().every((choice) => choice.key);
}

$("find").addEventListener("input", () => {
  const wanted = $("find").value.trim().toLowerCase();
  for (const button of $("choices").children) button.hidden = !button.textContent.toLowerCase().includes(wanted);
});

function found(take) {
  const first = [...$("choices").children].find((button) => !button.hidden);
  $("find").value = "";
  for (const button of $("choices").children) button.hidden = false;
  $("find").blur();
  if (take && first) choose(Number(first.dataset.place));
}

// --- the beginning

function toggle(button, part, open = $(part).hidden) {
  $(part).hidden = !open;
  $(button).setAttribute("aria-expanded", open);
  document.querySelector("main").classList.toggle("alone", $("guide").hidden);
}

for (const [id, act] of Object.entries({ undo, go: keep, back: () => go(-1), forth: () => go(1), hint, "to-settle": toggleSettling,
  skip: () => askFor("skip"), flag: () => askFor("flag"), comment: () => askFor("comment"), "to-keys": () => $("keys").showModal(),
  "to-guide": () => toggle("to-guide", "guide"), "to-panel": () => { toggle("to-panel", "panel"); refresh(); } })) {
  $(id).addEventListener("click", act);
}
$("number").addEventListener("submit", (event) => { event.preventDefault(); keep(); });
$("keys-on").addEventListener("change", () => localStorage.setItem("fivefold keys", $("keys-on").checked ? "" : "off"));
document.addEventListener("visibilitychange", () => { // time away does not count
  if (document.visibilityState === "hidden") { page.seen += performance.now() - (page.since ?? performance.now()); page.since = null; }
  else { page.since = performance.now(); refresh(); }
});
addEventListener("beforeunload", (event) => { if (outbox.strokes.length) event.preventDefault(); });

// On a phone the answers stand at the bottom, over what is scrolled.
new ResizeObserver(([entry]) => document.documentElement.style.setProperty("--foot", `${entry.target.offsetHeight}px`)).observe($("answer"));

async function begin() {
  try { page.question = await ask("/question"); } catch (error) {
    if (error.refused) { complain(`${error.message} Ask for yours where the page was opened.`); return; }
    complain("The server does not answer; trying again.");
    setTimeout(begin, 1000);
    return;
  }
  const { name, guide, past, who } = page.question;
  document.title = `${name} - fivefold`;
  $("name").textContent = name;
  $("asked").textContent = name;
  page.trail = past.map((item) => ({ item, answer: item.answer }));
  page.place = page.trail.length;
  $("number").hidden = !isTyped();
  $("go").hidden = way() === "class" || (way() === "number" && !isTyped());
  $("guide").replaceChildren(...guideOf(guide));
  $("to-guide").hidden = !guide;
  toggle("to-guide", "guide", Boolean(guide));
  $("keys-on").checked = localStorage.getItem("fivefold keys") !== "off";
  const named = { " ": "Space", Backspace: "\u232b", ArrowLeft: "\u2190", ArrowRight: "\u2192" };
  const rows = [...choices().filter((choice) => choice.key).map((choice) => [choice.key, choice.name]),
    ...Object.entries(ACTS).map(([key, [told]]) => [named[key] ?? key, told])];
  $("keys-list").replaceChildren(...rows.flatMap(([key, told]) => [node("dt", {}, node("kbd", {}, key)), node("dd", {}, told)]));
  buildChoices();
  await outbox.drain();
  await Promise.all([fetchMore(), refresh()]);
  $("tally").title = who;
  setInterval(refresh, 4000);
}
begin();
