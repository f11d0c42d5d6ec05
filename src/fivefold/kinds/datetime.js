// A cell that is a date: elapsed days, the year, and where in the year, the week and the day it is,
// as datetime.py says.
codecs.moment = (column) => {
  const absent = new Set(column.absent), zoned = new RegExp(`^(?:${column.zoned})$`, "i");
  const form = column.form && new RegExp(`^(?:${column.form})$`, "i");
  const waves = (turn) => [Math.sin(2 * Math.PI * turn), Math.cos(2 * Math.PI * turn)];
  const width = column.times ? 8 : 6;
  return {
    read(cell) {
      if (cell === null) return null;
      return typeof cell !== "object" && absent.has(wordOf(cell)) ? null : momentOf(cell, form, zoned);
    },
    encode(micros) {
      if (micros === null) return Array(width).fill(NaN);
      const rest = ((micros % DAY) + DAY) % DAY, days = Number((micros - rest) / DAY);
      const date = new Date(days * 86_400_000);
      return [Number(micros) / Number(DAY), date.getUTCFullYear(), ...waves(date.getUTCMonth() / 12),
        ...waves((((days + 3) % 7) + 7) % 7 / 7), ...(column.times ? waves(Number(rest) / Number(DAY)) : [])];
    },
  };
};
