// What there is to see beside the item: progress, agreement, what a model has learnt; what others said.
const percent = (share) => `${Math.round(100 * share)} %`;
const secondsOf = (seconds) => (seconds === null ? "" : `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`);

function tableOf(head, rows) {
  const cells = (tag, row) => row.map((cell) => node(tag, tag === "th" ? { scope: "col" } : {}, String(cell)));
  return node("table", {}, node("thead", {}, node("tr", {}, ...cells("th", head))),
    node("tbody", {}, ...rows.map((row) => node("tr", {}, ...cells("td", row)))));
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The score by labels, with its interval.
function curveOf(points) {
  const least = Math.min(...points.map((p) => p.low ?? p.score)), most = Math.max(...points.map((p) => p.high ?? p.score));
  const first = points[0].labels, last = points.at(-1).labels;
  const x = (p) => 5 + (p.labels - first) / (last - first || 1) * 290, y = (score) => 110 - (score - least) / (most - least || 1) * 95;
  const at = (list, of) => list.map((p) => `${x(p).toFixed(1)},${y(of(p)).toFixed(1)}`).join(" ");
  const band = `${at(points, (p) => p.high ?? p.score)} ${at([...points].reverse(), (p) => p.low ?? p.score)}`;
  const end = points.at(-1), name = end.metric || "score";
  const words = `${name} of the model on random items: ${end.score.toFixed(3)} after ${end.labels} labels`;
  return [node("p", {}, `${words}${end.low == null ? "" : ` (${end.low.toFixed(3)} to ${end.high.toFixed(3)})`}.`),
    drawn("svg", { viewBox: "0 0 300 116", role: "img", "aria-label": words },
      drawn("polygon", { points: band, fill: LINES[0], opacity: 0.18 }),
      drawn("polyline", { points: at(points, (p) => p.score), fill: "none", stroke: LINES[0], "stroke-width": 2 }),
      ...points.map((p) => drawn("circle", { cx: x(p), cy: y(p.score), r: 3, fill: LINES[0] }))),
    node("p", { className: "ends" }, node("span", {}, `${first} labels`), node("span", {}, `${least.toFixed(2)} to ${most.toFixed(2)}`), node("span", {}, `${last} labels`))];
}

function showPanel(told, who) {
  const people = tableOf(["", "labels", "skipped", "a label"], told.people.map((one) => [
    one.who === who ? `${one.who} (you)` : one.who, one.labels, one.skips, secondsOf(one.seconds)]));
  const facts = [node("p", {}, `${told.labelled} of ${told.total} labelled; ${told.done - told.labelled} skipped and not labelled by anybody.`)];
  if (told.random !== null) facts.push(node("p", {}, `${percent(told.random)} of them drawn at random; what is judged comes from these alone.`));
  const { value, items, pairs } = told.agreement;
  facts.push(node("p", {}, !items ? "Agreement: no item was labelled by two people yet." : value === null
    ? `Agreement: nothing can be said yet of the ${items} items that several people labelled.`
    : `Agreement: alpha ${value.toFixed(2)} on ${items} items that several people labelled.`));
  for (const [one, other, count, kappa] of pairs.slice(0, 8)) {
    if (kappa !== null) facts.push(node("p", {}, `${one} and ${other}: kappa ${kappa.toFixed(2)} on ${count}.`));
  }
  if (told.repeats) facts.push(node("p", {}, `You were shown ${told.repeats} again and said the same of ${told.alike}.`));
  const curve = told.curve.filter((point) => point.score !== null);
  const learnt = curve.length ? curveOf(curve) : [node("p", {}, told.curve.length
    ? "A model has learnt; too few random items yet to judge it." : "No model has learnt from the labels yet.")];
  if (told.fault) learnt.push(node("p", { className: "gone" }, `It could not learn last: ${told.fault}`));
  $("panel").replaceChildren(
    node("div", {}, node("h2", {}, "Progress"), ...facts), node("div", {}, node("h2", {}, "People"), people),
    node("div", {}, node("h2", {}, "What a model has learnt"), ...learnt));
}

// What people said of an item that is to be settled.
function showVotes(item, words) {
  const votes = (item.votes ?? []).map((vote) => node("p", {}, node("b", {}, vote.who), `: ${words(vote.value)}`));
  const notes = (item.notes ?? []).map((note) => node("p", {}, node("b", {}, note.who), ` (${note.act}): ${note.reason || "no words"}`));
  $("votes").replaceChildren(...votes, ...notes);
  $("votes").hidden = !votes.length && !notes.length;
}
