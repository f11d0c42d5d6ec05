// A cell that is a picture, as bytes of the size and the one range of the training pictures, as image.py
// and intensity.py say; a missing one is the mean colour.
const significant = (value) => String(Number(value.toPrecision(6)));

function factorOf({ data, depth }, { low, high, white, depths }) {
  const wanted = `pixels from ${significant(low)} to ${significant(high)}, as in training`;
  const refuse = (found, remedy) => { throw new Odd("another scale", { wanted, found, remedy }); };
  let least = Infinity, most = -Infinity;
  for (const value of data) { least = Math.min(least, value); most = Math.max(most, value); }
  const spread = (a, b) => `values from ${significant(a)} to ${significant(b)}`;
  if (depth === "uint8") return white ? white / 255 : refuse("8-bit pixels", "Pass the numbers themselves, not bytes.");
  if (depth === "uint16") {
    const deep = !depths.includes(depth) && (white === 1 || (white === 255 && most > 255));
    return deep ? white / 65_535 : 1;
  }
  if (depths.length === 1 && depths[0] === "uint8" && (least < 0 || most > 255)) refuse(spread(least, most), "Give pixels from 0 to 255.");
  if (depth === "float32" && !depths.includes(depth) && white && least >= 0 && most <= 1 && data.some((value) => !Number.isInteger(value))) {
    refuse(spread(0, 1), `Multiply the pixels by ${white.toFixed(0)}.`);
  }
  if (white === 1 && (least < -1 || most > (depth === "int32" ? 1 : 2))) refuse(spread(least, most), "Divide the pixels by their white, 255.");
  return 1;
}

function bytesOf(picture, range) {
  if (picture.depth === "uint8" && range.plain) return picture;
  const factor = factorOf(picture, range), share = 255 / (range.high - range.low);
  const data = Uint8Array.from(picture.data, (value) => Math.min(255, Math.max(0, rint((value * factor - range.low) * share))));
  return { ...picture, data, depth: "uint8" };
}

codecs.picture = (column) => {
  const absent = new Set(column.absent), [channels, height, width] = column.shape, pixels = height * width;
  resizing.rowsFirst = column.rowsFirst;
  return {
    async read(cell) {
      if (cell === null || (typeof cell === "string" && cell.length < 1000 && absent.has(wordOf(cell)))) return null;
      return pictureOf(cell);
    },
    encode(cell) {
      const planes = new Uint8Array(channels * pixels);
      if (cell === null) {
        column.mean.forEach((value, channel) => planes.fill(rint(value), channel * pixels, (channel + 1) * pixels));
        return planes;
      }
      const { data, channels: has } = fittedPicture(bytesOf(cell, column.range), height, width, column.fit);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const colour = has === 1 ? [data[pixel], data[pixel], data[pixel]] : data.slice(3 * pixel, 3 * pixel + 3);
        const grey = has === 1 ? [data[pixel]] : [Math.floor((colour[0] * 299 + colour[1] * 587 + colour[2] * 114 + 500) / 1000)];
        (channels === 1 ? grey : colour).forEach((value, channel) => { planes[channel * pixels + pixel] = value; });
      }
      return planes;
    },
  };
};
