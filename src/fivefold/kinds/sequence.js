// A cell that is symbols in an order, as sequence.py and alphabet.py read it: letters of a known
// alphabet in capitals, or words or letters of the training rows; 0 is behind the end, 1 any symbol.
codecs.symbols = (column) => {
  const word = wordsReader(column), blanks = new RegExp(`[${BLANKS}]+`, "g"), breaks = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
  const codes = new Map(column.symbols.map((symbol, place) => [symbol, place + 2]));
  const between = new RegExp(`[${BLANKS},;]+`), blank = new RegExp(`[${BLANKS}]`);

  // The sequence of a record of FASTA or FASTQ; others as they are.
  function bare(text) {
    const lines = stripped(text).split(breaks), records = lines.filter((line) => line.startsWith(">")).length;
    if (lines.length < 2 || !/^[>@]/.test(lines[0])) return text;
    if (lines[0].startsWith("@") && lines.length === 4 && lines[2].startsWith("+")) return lines[1];
    if (records > 1) throw new Odd(`one sequence is wanted, it has ${records.toLocaleString("en")} records of FASTA`);
    return records ? lines.slice(1).join("\n") : text;
  }

  const letters = (text) => [...text].map((sign) => column.table[sign.codePointAt(0) < 128 ? sign.charCodeAt(0) : 63]);
  const parts = (text) => (column.divided ? text.split(between).filter(Boolean) : [...text].filter((sign) => !blank.test(sign)));
  return {
    read(cell) {
      const text = word(cell);
      return text === null || !column.table ? text : bare(text).replace(blanks, "").toUpperCase();
    },
    encode(text) {
      const row = new Int16Array(column.length);
      row[0] = 1;
      if (text) row.set((column.table ? letters(text) : parts(text).map((symbol) => codes.get(symbol) ?? 1)).slice(0, column.length));
      return row;
    },
  };
};
