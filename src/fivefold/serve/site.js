// Who answers: the graph itself, in this browser.
const NOBODY = "The model cannot be run here";
const site = JSON.parse(document.getElementById("site").textContent);
if (globalThis.ort) Object.assign(ort.env.wasm, { wasmPaths: new URL("ort/", document.baseURI).href, numThreads: 1 });
const codecs = {}; // by name: what reads and encodes the cells of a column, from what was fitted
const TYPES = { float32: Float32Array, int32: Int32Array, int16: Int16Array, uint8: Uint8Array };
const HUGE = 1e37; // beyond it float32 is taken for infinite
let made = null, model = null;

// A cell that is not of its column's kind; some say what was wanted, found, and is to be done.
class Odd extends Error {
  constructor(reason, told = {}) { super(reason); this.told = told; }
}

async function part(name) {
  if (location.protocol === "file:") throw new Error("a browser reads no model from a file:// address; serve this folder, as with python -m http.server");
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} is not there (${response.status})`);
  return response;
}

async function fitted() {
  const { columns, blocks } = await (await part("codec.json")).json();
  return { columns: columns.map((column) => ({ ...column, ...codecs[column.codec](column) })), blocks };
}

// A cell as a message quotes it: as Python writes it, at most 60 characters.
function quoted(cell) {
  const told = [...written(cell)];
  return told.length <= 60 ? told.join("") : `${told.slice(0, 57).join("")}...`;
}

function written(cell) {
  if (cell === null) return "None";
  if (cell === true || cell === false) return cell ? "True" : "False";
  if (typeof cell === "number") return numberText(cell);
  if (Array.isArray(cell)) return `[${cell.map(written).join(", ")}]`;
  if (typeof cell === "object") return `{${Object.entries(cell).map((pair) => pair.map(written).join(": ")).join(", ")}}`;
  const mark = cell.includes("'") && !cell.includes('"') ? '"' : "'", plain = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
  const sign = (each) => {
    if (plain[each] || each === mark) return plain[each] ?? `\\${each}`;
    if (each === " " || !/[\p{C}\p{Z}]/u.test(each)) return each;
    const point = each.codePointAt(0).toString(16), wide = point.length > 4 ? 8 : point.length > 2 ? 4 : 2;
    return `\\${{ 2: "x", 4: "u", 8: "U" }[wide]}${point.padStart(wide, "0")}`;
  };
  return mark + [...cell].map(sign).join("") + mark;
}

// What a server would say of a cell that it cannot read.
function refused(column, row, { wanted = column.wanted, found, reason = "", remedy = column.remedy }) {
  const who = `Request, row ${row.toLocaleString("en")}, column ${column.quoted}`;
  const message = [`${who}: expected ${wanted}, found ${found}.`, reason, remedy].filter(Boolean).join("\n");
  return { row, column: column.name, wanted, found, message };
}

// The cells of one column, read; or what is wrong with them.
async function readColumn(column, rows) {
  const cells = [], bad = [];
  for (const [row, values] of rows.entries()) {
    const cell = values[column.name] ?? null;
    try { cells.push(await column.read(cell)); } catch (fault) {
      if (!(fault instanceof Odd)) throw fault;
      bad.push({ row, cell, fault });
    }
  }
  if (bad.length) {
    const [{ row, fault }] = bad, found = [...new Set(bad.slice(0, 3).map(({ cell }) => quoted(cell)))].join(" and ");
    const told = column.explains ? { found, reason: `${fault.message}.`, remedy: column.explained } : { found };
    return { error: refused(column, row, { ...told, ...fault.told }) };
  }
  const gone = (cell) => cell === null || Number.isNaN(cell);
  const lacking = column.nullable ? -1 : cells.findIndex(gone);
  if (lacking >= 0) return { error: refused(column, lacking, { found: "null", remedy: column.lacking }) };
  const low = column.above === undefined ? -1 : cells.findIndex((cell) => cell <= column.above);
  if (low >= 0) return { error: refused(column, low, { wanted: column.amount, found: String(cells[low]), remedy: column.meant }) };
  return { cells };
}

// The arrays of a model for some rows, by name; or what is wrong with a cell.
async function encoded(rows) {
  const { columns, blocks } = await (made ??= fitted()), parts = [], arrays = {};
  for (const column of columns) {
    const { cells, error } = await readColumn(column, rows);
    if (error) return { error };
    parts.push(cells);
  }
  for (const block of blocks) {
    const width = block.shape.reduce((product, size) => product * size, 1);
    const array = new TYPES[block.dtype](rows.length * width);
    for (const row of rows.keys()) {
      let at = row * width;
      for (const place of block.columns) {
        let numbers;
        try { numbers = columns[place].encode(parts[place][row]); } catch (fault) {
          if (!(fault instanceof Odd)) throw fault;
          return { error: refused(columns[place], row, fault.told) };
        }
        array.set(block.offsets ? numbers.map((value, i) => shifted(value, block.offsets[at - row * width + i])) : numbers, at);
        at += numbers.length;
      }
    }
    arrays[block.name] = { array, shape: [rows.length, ...block.shape], dtype: block.dtype };
  }
  return { arrays };
}

const shifted = (value, offset) => (Number.isNaN(value) ? NaN : Math.min(Math.max(value - offset, -HUGE), HUGE));

// The class of the largest mark, of equals the first: what a threshold or costs make of probabilities.
function said(shares) {
  let marks = shares;
  if (site.threshold !== null) marks = [site.threshold, shares[1]];
  else if (site.costs.length) {
    marks = site.classes.map((_, k) => -shares.reduce((sum, share, i) => sum + share * site.costs[i][k], 0));
  }
  return site.classes[marks.reduce((best, mark, k) => (mark > marks[best] ? k : best), 0)];
}

// What holds the truth as often as is stated: an interval about a number, or a set of classes with the answer.
function held(scores, answers) {
  const { level, limits, edges, promised } = site.conformal, told = promised ? { level } : { level, promised };
  if (!site.classes.length) {
    const reach = scores.map((score) => limits[edges.filter((edge) => edge <= score).length]);
    return { intervals: scores.map((score, i) => (reach[i] === null ? [null, null] : [score - reach[i], score + reach[i]])), ...told };
  }
  const likely = (shares, i) => site.classes.filter((label, k) => limits[k] === null || 1 - shares[k] <= limits[k] || label === answers[i]);
  return { sets: scores.map(likely), ...told };
}

async function answered(body) {
  const rows = JSON.parse(body).instances;
  const { arrays, error } = await encoded(rows);
  if (error) return { error };
  if (!globalThis.ort) throw new Error("onnxruntime-web is not there; put the files of its folder dist into ort/");
  model ??= part("model.onnx").then(async (response) => ort.InferenceSession.create(await response.arrayBuffer(), { executionProviders: ["wasm"] }));
  const session = await model;
  const feeds = Object.fromEntries(session.inputNames.map((name) => {
    const { array, shape, dtype } = arrays[name];
    return [name, new ort.Tensor(dtype, array, shape)];
  }));
  const found = await session.run(feeds);
  const scores = Array.from(found[site.output].data, Number), wide = scores.length / rows.length;
  if (!site.classes.length) return { predictions: scores, ...(site.conformal && held(scores)) };
  const probabilities = rows.map((_, i) => scores.slice(i * wide, (i + 1) * wide));
  const told = { predictions: probabilities.map(said), classes: site.classes, probabilities };
  if (site.threshold !== null) told.threshold = site.threshold;
  if (site.costs.length) told.costs = site.costs;
  if (site.conformal) Object.assign(told, held(probabilities, told.predictions));
  return told;
}

// With #check behind its address the page answers the examples of the bundle, and says how far it is off.
async function check() {
  const { requests, answers } = await (await part("parity.json")).json();
  const told = await answered(JSON.stringify(requests));
  if (told.error) throw new Error(told.error.message);
  const wanted = (answers.probabilities ?? answers.predictions).flat();
  const found = (told.probabilities ?? told.predictions).flat();
  const off = wanted.map((value, i) => Math.abs(value - found[i]) / (answers.classes ? 1 : Math.max(1, Math.abs(value))));
  const alike = !answers.classes || answers.predictions.every((label, i) => label === told.predictions[i]);
  const near = (a, b) => a === b || (typeof a === "number" && Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a)));
  const bounds = ["sets", "intervals"].every((name) => !answers[name] || (answers[name].length === told[name]?.length
    && answers[name].every((row, i) => row.length === told[name][i].length && row.every((one, k) => near(one, told[name][i][k])))));
  const largest = Math.max(0, ...off);
  document.body.dataset.difference = largest;
  document.body.dataset.alike = alike && bounds;
  say(`${wanted.length} numbers of ${requests.instances.length} examples: the largest difference is ${largest.toExponential(1)}`
    + (alike && bounds ? ", and every answer is the same." : ", and an answer is another one."));
}
if (location.hash === "#check") check().catch((error) => say(`${NOBODY}: ${error.message}`));
