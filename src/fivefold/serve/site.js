// Who answers: the graph itself, in this browser.
const NOBODY = "The model cannot be run here";
const site = JSON.parse(document.getElementById("site").textContent);
ort.env.wasm.wasmPaths = new URL("ort/", document.baseURI).href;
ort.env.wasm.numThreads = 1;
let model = null;

function fed(column, rows) {
  const cells = rows.map((row) => row[column.name] ?? null);
  if (column.raw === "word") {
    return new ort.Tensor("string", cells.map((cell) => (cell === null ? "" : String(cell))), [rows.length, 1]);
  }
  const numbers = cells.map((cell) => (cell === null ? NaN : Number(cell)));
  return new ort.Tensor("float64", Float64Array.from(numbers), [rows.length, 1]);
}

// The class of the largest mark, of equals the first: what a threshold or costs make of probabilities.
function said(shares) {
  let marks = shares;
  if (site.threshold !== null) marks = [site.threshold, shares[1]];
  else if (site.costs.length) {
    marks = site.classes.map((_, k) => -shares.reduce((sum, share, i) => sum + share * site.costs[i][k], 0));
  }
  return site.classes[marks.reduce((best, mark, k) => (mark > marks[best] ? k : best), 0)];
}

async function answered(body) {
  const rows = JSON.parse(body).instances;
  model ??= ort.InferenceSession.create("model-raw.onnx", { executionProviders: ["wasm"] });
  const feeds = Object.fromEntries(site.columns.map((column) => [column.input, fed(column, rows)]));
  const found = await (await model).run(feeds);
  const scores = Array.from(found[site.output].data, Number), wide = scores.length / rows.length;
  if (!site.classes.length) return { predictions: scores };
  const probabilities = rows.map((_, i) => scores.slice(i * wide, (i + 1) * wide));
  const told = { predictions: probabilities.map(said), classes: site.classes, probabilities };
  if (site.threshold !== null) told.threshold = site.threshold;
  if (site.costs.length) told.costs = site.costs;
  return told;
}

// With #check behind its address the page answers the examples of the bundle, and says how far it is off.
async function check() {
  const { requests, answers } = await (await fetch("parity.json")).json();
  const told = await answered(JSON.stringify(requests));
  const wanted = (answers.probabilities ?? answers.predictions).flat();
  const found = (told.probabilities ?? told.predictions).flat();
  const off = wanted.map((value, i) => Math.abs(value - found[i]) / (answers.classes ? 1 : Math.max(1, Math.abs(value))));
  const alike = !answers.classes || answers.predictions.every((label, i) => label === told.predictions[i]);
  const largest = Math.max(0, ...off);
  document.body.dataset.difference = largest;
  document.body.dataset.alike = alike;
  say(`${wanted.length} numbers of ${requests.instances.length} examples: the largest difference is ${largest.toExponential(1)}`
    + (alike ? ", and every answer is the same." : ", and an answer is another one."));
}
if (location.hash === "#check") check().catch((error) => say(`${NOBODY}: ${error.message}`));
