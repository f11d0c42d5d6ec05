// One cell of a JSON request read as a number, a truth value or a word, as cell.py reads it.
const BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const EDGES = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "g");
const TRUTH = new Map([["true", 1], ["True", 1], ["TRUE", 1], ["false", 0], ["False", 0], ["FALSE", 0]]);
const FOLDED = new Map([["true", "True"], ["TRUE", "True"], ["false", "False"], ["FALSE", "False"]]);
const YES = new Set(["true", "t", "yes", "y", "on", "1", "1.0"]), NO = new Set(["false", "f", "no", "n", "off", "0", "0.0"]);
const WRITTEN = /^-?(?:\d{1,16}\.0|\d(?:\.\d+)?e\+\d\d)$/;
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const SIGNS = [[/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " "], [/[\u2019\u02bc\uff07]/g, "'"],
  [/[\u2212\ufe63\uff0d]/g, "-"], [/\uff0b/g, "+"], [/[\uff05\ufe6a]/g, "%"],
  [/[\u2010\u2011\u2013](?=[^A-Za-z0-9_ \t-\r]?[ \t-\r]?[\d.])/gu, "-"]];

const stripped = (text) => text.replace(EDGES, "");
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);

// Plain blanks, apostrophes and minus signs.
function tidy(text) {
  const bare = stripped(text);
  return isAscii(bare) ? bare : SIGNS.reduce((told, [sign, plain]) => told.replace(sign, plain), bare);
}

// The fewest digits of a number, as Python writes them.
function floatText(value) {
  const [digits, power] = Math.abs(value).toExponential().split("e");
  const bare = digits.replace(".", ""), at = Number(power), sign = value < 0 ? "-" : "";
  if (at < -4 || at >= 16) return `${sign}${digits}e${at < 0 ? "-" : "+"}${String(Math.abs(at)).padStart(2, "0")}`;
  if (at < 0) return `${sign}0.${"0".repeat(-at - 1)}${bare}`;
  const whole = bare.padEnd(at + 1, "0");
  return `${sign}${whole.slice(0, at + 1)}.${whole.slice(at + 1) || "0"}`;
}

const numberText = (value) => (Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : floatText(value));

function refuseNested(cell, wanted) {
  if (cell !== null && typeof cell === "object") throw new Odd(`${Array.isArray(cell) ? "list" : "dict"} is no ${wanted}`);
}

function wordOf(cell) {
  refuseNested(cell, "category");
  if (cell === true || cell === false) return cell ? "True" : "False";
  if (typeof cell === "number") return numberText(cell);
  const text = isAscii(cell) ? stripped(cell) : stripped(cell).normalize("NFC");
  if ((text.endsWith(".0") || text.includes("e+")) && WRITTEN.test(text)) {
    const value = Number(text), whole = Number.isInteger(value) && Math.abs(value) < 2 ** 63;
    return floatText(value) === text && whole ? BigInt(value).toString() : text;
  }
  return FOLDED.get(text) ?? text;
}

// A number, infinities among them; NaN for the text "nan".
function floatOf(cell) {
  refuseNested(cell, "number");
  if (typeof cell !== "string") return Number(cell);
  if (cell.includes("_")) throw new Odd("an underscore is no digit");
  const text = stripped(cell);
  if (TRUTH.has(text)) return TRUTH.get(text);
  const plain = stripped(tidy(text));
  if (!FLOAT.test(plain)) throw new Odd("no number");
  const [, sign, word] = /^([+-]?)(.*)$/.exec(plain.toLowerCase());
  if (word === "nan") return NaN;
  return word.startsWith("inf") ? (sign === "-" ? -Infinity : Infinity) : Number(plain);
}

function numberOf(cell) {
  const value = floatOf(cell);
  if (Math.abs(value) === Infinity) throw new Odd("an infinity is no measurement");
  return value;
}

function truthOf(cell) {
  if (typeof cell === "string") {
    const text = stripped(cell).toLowerCase();
    if (YES.has(text)) return 1;
    if (NO.has(text)) return 0;
    throw new Odd("neither true nor false");
  }
  const value = numberOf(cell);
  if (value !== 0 && value !== 1) throw new Odd("neither 0 nor 1");
  return value;
}

// What reads a cell as a number, NaN for those that stand for missing.
function numbersReader(column, plain) {
  const words = new Set(column.absent), numbers = new Set(column.absentNumbers);
  const listed = (cell) => { try { return numbers.has(floatOf(cell)); } catch { return false; } };
  return (cell) => {
    if (cell === null || (typeof cell === "string" && words.has(wordOf(cell)))) return NaN;
    if (column.written && typeof cell === "string") throw new Odd("the page takes numbers, and no texts of them");
    if (numbers.size && listed(cell)) return NaN;
    const value = plain(cell);
    return numbers.has(value) ? NaN : value;
  };
}

// The one text of a cell, null for those that stand for missing.
function wordsReader(column) {
  const words = new Set(column.absent);
  return (cell) => {
    if (cell === null) return null;
    const text = wordOf(cell), whole = column.rules < 2 ? text : text.replace(/[\0\ud800-\udfff]/gu, "\ufffd");
    return words.has(whole) ? null : whole;
  };
}
