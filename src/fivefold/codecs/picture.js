// A picture out of a cell: rows of pixels, or a file as base64, as picture.py reads it. PNG is taken
// apart here, so that no browser changes a pixel; JPEG, GIF, BMP and WebP are decoded by the browser.
const MAX_PIXELS = 64_000_000;
const KNOWN = "PNG, JPEG, GIF, BMP, WEBP";

function bytesOfText(text) {
  const [head, ...body] = text.split(",");
  let bare = body.length && /^\s*data:/i.test(head) ? decodeURIComponent(body.join(",")) : text;
  bare = bare.replace(new RegExp(`[${BLANKS}]`, "g"), "").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  try { return Uint8Array.from(atob(bare), (sign) => sign.charCodeAt(0)); } catch {
    throw new Odd("the text is neither base64 nor, in a table or frame, the path of a file below root=");
  }
}

// Rows of pixels: whole numbers are as deep as an int32, others as a float32.
function pictureOfRows(rows) {
  const nested = (row) => Array.isArray(row) && row.length === rows[0].length;
  const channels = Array.isArray(rows[0]?.[0]) ? rows[0][0].length : 1;
  const data = rows.flat(2), width = rows[0]?.length ?? 0;
  if (!rows.every(nested) || data.length !== rows.length * width * channels || ![1, 3].includes(channels)) {
    throw new Odd("the rows are not (height, width[, 1 or 3])");
  }
  if (!data.every((value) => typeof value === "number")) throw new Odd("pixels must be numbers");
  const whole = data.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
  return { data: whole ? data : data.map(Math.fround), height: rows.length, width, channels, depth: whole ? "int32" : "float32" };
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The chunks of a PNG file by name, what several hold put together; null where the browser is to read it.
function chunksOf(bytes) {
  const view = new DataView(bytes.buffer), found = {};
  for (let at = 8; at + 12 <= bytes.length;) {
    const size = view.getUint32(at), name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + size > bytes.length) throw new Odd("the image is damaged: it is cut off");
    found[name] = [...(found[name] ?? []), bytes.subarray(at + 8, at + 8 + size)];
    at += 12 + size;
    if (name === "IEND") break;
  }
  return found;
}

// The one of three bytes that their sum as a plane comes nearest to.
function nearestOf(left, above, corner) {
  const near = left + above - corner;
  const a = Math.abs(near - left), b = Math.abs(near - above), c = Math.abs(near - corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

// The bytes of lines, of which each says how it was written as differences.
function unfiltered(bytes, lines, line, step) {
  const target = new Uint8Array(lines * line);
  if (bytes.length < lines * (line + 1)) throw new Odd("the image is damaged: it is cut off");
  for (let row = 0; row < lines; row++) {
    const filter = bytes[row * (line + 1)], from = row * (line + 1) + 1, to = row * line;
    if (filter > 4) throw new Odd("the image is damaged: a line is written in no way that is known");
    for (let i = 0; i < line; i++) {
      const left = i >= step ? target[to + i - step] : 0, above = row ? target[to + i - line] : 0;
      const corner = row && i >= step ? target[to + i - line - step] : 0;
      let more = 0;
      if (filter === 1) more = left;
      else if (filter === 2) more = above;
      else if (filter === 3) more = (left + above) >> 1;
      else if (filter === 4) more = nearestOf(left, above, corner);
      target[to + i] = bytes[from + i] + more;
    }
  }
  return target;
}

// The samples of a line, of 1 to 16 bits, as many as are wanted of each.
function samplesOf(bytes, lines, line, count, bits) {
  const samples = new Uint16Array(lines * count);
  for (let row = 0; row < lines; row++) {
    for (let i = 0; i < count; i++) {
      const at = row * line + ((i * bits) >> 3);
      samples[row * count + i] = bits === 16 ? (bytes[at] << 8) | bytes[at + 1]
        : (bytes[at] >> (8 - bits - ((i * bits) % 8))) & (2 ** bits - 1);
    }
  }
  return samples;
}

const overWhite = (value, alpha) => Math.floor((value * alpha + 255 * (255 - alpha) + 127) / 255);

// A PNG file as Pillow gives it: grey of 16 bits as it is, of colours with 16 bits the high eight.
async function pictureOfPng(bytes) {
  const chunks = chunksOf(bytes), head = chunks.IHDR?.[0], view = head && new DataView(head.buffer, head.byteOffset, 13);
  if (!view || !chunks.IDAT) throw new Odd("the image is damaged: it has no pixels");
  const width = view.getUint32(0), height = view.getUint32(4), [bits, form, , , woven] = head.subarray(8);
  if (width * height > MAX_PIXELS) throw new Odd(`the image has more than ${MAX_PIXELS.toLocaleString("en")} pixels`);
  const clear = chunks.tRNS?.[0], count = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[form];
  if (woven || chunks.eXIf || chunks.acTL) {
    if (bits === 16) throw new Odd("the image is woven or turned, with 16 bits a sample");
    return pictureOfBrowser(bytes);
  }
  if (clear && form === 0 && bits < 8) throw new Odd("the image has a transparent grey of less than 8 bits");
  let raw;
  try { raw = await inflated(new Uint8Array(await new Blob(chunks.IDAT).arrayBuffer())); } catch {
    throw new Odd("the image is damaged: its pixels cannot be unpacked");
  }
  const line = Math.ceil((width * count * bits) / 8), step = Math.max(1, (count * bits) / 8);
  const samples = samplesOf(unfiltered(raw, height, line, step), height, line, width * count, bits);
  const pixels = width * height, deep = form === 0 && bits === 16, channels = form === 0 || form === 4 ? 1 : 3;
  const data = new (deep ? Uint16Array : Uint8Array)(pixels * channels);
  const at16 = (place) => (clear[2 * place] << 8) | clear[2 * place + 1];
  const bare = clear && form !== 3 ? Array.from({ length: count }, (_, i) => at16(i)) : [];
  const gone = form === 2 && Math.max(...bare) > 255 ? bare.map((value) => value >> 8) : bare;
  const palette = chunks.PLTE?.[0] ?? [];
  const values = [0, 0, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    let alpha = 255;
    for (let i = 0; i < count; i++) values[i] = samples[pixel * count + i];
    if (form === 3) {
      const place = 3 * values[0];
      alpha = clear?.[values[0]] ?? 255;
      for (let i = 0; i < 3; i++) values[i] = palette[place + i] ?? 0;
    } else if (bits !== 8 && !deep) {
      for (let i = 0; i < count; i++) values[i] = bits === 16 ? values[i] >> 8 : (values[i] * 255) / (2 ** bits - 1);
    }
    if (form === 4 || form === 6) alpha = values[channels];
    if (gone.length && gone.every((value, i) => value === values[i])) alpha = 0;
    for (let i = 0; i < channels; i++) {
      data[pixel * channels + i] = deep ? (alpha ? values[i] : 65_535) : alpha === 255 ? values[i] : overWhite(values[i], alpha);
    }
  }
  return { data, height, width, channels, depth: deep ? "uint16" : "uint8" };
}

async function pictureOfBrowser(bytes) {
  let seen;
  try { seen = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" }); } catch {
    throw new Odd("the image is damaged: the browser does not decode it");
  }
  const { width, height } = seen;
  if (width * height > MAX_PIXELS) throw new Odd(`the image has more than ${MAX_PIXELS.toLocaleString("en")} pixels`);
  const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "white";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(seen, 0, 0);
  const given = pen.getImageData(0, 0, width, height).data, data = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < given.length; from += 4) {
    for (let i = 0; i < 3; i++) data[to++] = given[from + i];
  }
  return { data, height, width, channels: 3, depth: "uint8" };
}

async function pictureOf(cell) {
  if (typeof cell === "string" && cell.trimStart().startsWith("[")) {
    try { return pictureOf(JSON.parse(cell)); } catch { throw new Odd("the text is no image: it begins as rows of pixels do"); }
  }
  if (Array.isArray(cell)) return reducedPicture(pictureOfRows(cell));
  if (typeof cell !== "string") throw new Odd(`a ${typeof cell} is no image`);
  const bytes = bytesOfText(cell), begins = String.fromCharCode(...bytes.subarray(0, 12));
  if (!bytes.length) throw new Odd("the file is empty");
  if (begins.startsWith("\x89PNG")) return reducedPicture(await pictureOfPng(bytes));
  if (/^(\xff\xd8\xff|GIF8[79]a|BM|RIFF[^]{4}WEBP)/.test(begins)) return reducedPicture(await pictureOfBrowser(bytes));
  throw new Odd(`the bytes are no image that this page reads (${KNOWN})`);
}
