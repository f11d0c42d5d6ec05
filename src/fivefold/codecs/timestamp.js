// A text read as a moment, in microseconds of UTC since 1970, as timestamp.py reads it. Of ISO 8601
// it takes calendar dates; what else Python knows (weeks, other signs before the time) is refused.
const SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ISO = /^(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ](\d\d)(?:(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/;
const DAY = 86_400_000_000n, SECOND = 1_000_000n;

function microsOf(year, month, day, hour = 0, minute = 0, second = 0, micro = 0) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year > 0;
  if (!exists || hour > 23 || minute > 59 || second > 59) throw new Odd("no such moment");
  return BigInt(date.getTime()) * 1000n + BigInt(hour * 3600 + minute * 60 + second) * SECOND + BigInt(micro);
}

const microOf = (digits) => Number((digits ?? "0").padEnd(6, "0").slice(0, 6));

// What UTC is behind of a zone: nothing for Z, an hour for GMT+1, +01:00 and +0100.
function behind(zone) {
  const found = /([+-])(\d{1,2}):?(\d\d)?:?(\d\d)?/.exec(zone);
  if (!found) return 0n;
  const [hours, minutes, seconds] = found.slice(2).map((digits) => Number(digits ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 59) throw new Odd("no zone");
  const size = BigInt(hours * 3600 + minutes * 60 + seconds) * SECOND;
  return found[1] === "+" ? size : -size;
}

function within(micros) {
  if (micros < microsOf(1, 1, 1) || micros >= microsOf(9999, 12, 31) + DAY) throw new Odd("no such year");
  return micros;
}

// By a pattern of strptime, whose form Python has written for the browser.
function patterned(text, form) {
  const found = form.exec(tidy(text));
  if (!found) throw new Odd("written otherwise");
  const part = found.groups ?? {}, number = (name, usual) => (part[name] ? Number(part[name]) : usual);
  let year = number("Y", 1900), hour = number("H", 0);
  if (part.y) year = number("y") + (number("y") < 69 ? 2000 : 1900);
  const month = part.b ? SHORT.indexOf(part.b.slice(0, 3).toLowerCase()) + 1 : number("m", 1);
  if (part.I) hour = (number("I") % 12) + 12 * ((part.p ?? "a").toLowerCase() === "p");
  let micros = microsOf(year, month, number("d", 1), hour, number("M", 0), number("S", 0), microOf(part.f));
  if (part.j) micros = within(micros + BigInt(number("j") - 1) * DAY);
  return within(micros - behind(part.zone ?? ""));
}

function iso(text) {
  const found = ISO.exec(text);
  if (!found) throw new Odd("written otherwise");
  const [, year, , month, day, hour, , minute, second, micro, zone] = found;
  const at = [year, month, day, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  return { micros: microsOf(...at, microOf(micro)), zone };
}

// By ISO 8601; a zone may stand behind a blank, and be UTC or GMT.
function isoMicros(text, zoned) {
  let found;
  try { found = iso(text); } catch (fault) {
    const bare = tidy(text), parts = zoned.exec(bare)?.groups;
    found = iso(parts ? parts.head : bare);
    if (parts && (found.zone || (/\d/.test(parts.zone) && !parts.head.includes(":")))) throw fault;
    if (parts) return within(found.micros - behind(parts.zone));
  }
  return found.zone ? within(found.micros - behind(found.zone)) : found.micros;
}

function momentOf(cell, form, zoned) {
  const text = wordOf(cell);
  if (form) { try { return patterned(text, form); } catch (fault) { if (!(fault instanceof Odd)) throw fault; } }
  return isoMicros(text, zoned);
}
