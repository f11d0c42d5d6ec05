// A cell that is a text: the numbers of its words, or of their pieces, and below 0 those of its terms
// and how often each is there, as text.py, subwords.py and grams.py say.
const [PAD, UNKNOWN, FIRST] = [0, 1, 2], RUN = "\0", LETTERS = 40, COUNTS = 256;

// The n-grams of a word between spaces; of a run of characters those within.
function gramsOf(word) {
  const run = word.startsWith(RUN), signs = run ? [...word].slice(1) : [" ", ...[...word].slice(0, LETTERS), " "];
  const found = [];
  for (const size of run ? [2, 3, 4] : [3, 4, 5]) {
    const count = signs.length - size + 1;
    for (let at = 0; at < (run ? count : Math.max(1, count)); at++) found.push(signs.slice(at, at + size).join(""));
    if (!run && signs.length <= size) break;
  }
  return found;
}

function termsOf(column, unspaced) {
  const words = new Map(column.vocabulary.map((word, place) => [word, place]));
  const grams = new Map(column.grams.map((gram, place) => [gram, place + column.vocabulary.length]));
  const withRuns = (found) => {
    const runs = [];
    for (const { together, words: run } of found.every(isAscii) ? [] : groupedWords(found, unspaced)) {
      for (let at = 0; together && at < run.length; at += LETTERS) runs.push(RUN + run.slice(at, at + LETTERS).join(""));
    }
    return [...found, ...runs];
  };
  return (found) => {
    const counts = new Map(), count = (term) => { if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1); };
    for (const word of withRuns(found)) {
      gramsOf(word).forEach((gram) => count(grams.get(gram)));
      count(words.get(word));
    }
    let terms = [...counts].map(([term, often]) => [term, Math.min(often, COUNTS - 1)]).sort((a, b) => a[0] - b[0]);
    if (terms.length > column.slots) {
      terms = terms.sort((a, b) => b[1] - a[1]).slice(0, column.slots).sort((a, b) => a[0] - b[0]);
    }
    return terms.map(([term, often]) => -(term * COUNTS + often));
  };
}

// The numbers of pieces: of each word the longest known one from where the last one ended.
function piecesOf(column, unspaced) {
  const codes = new Map(column.pieces.map((piece, place) => [piece, place + FIRST]));
  const longest = Math.max(1, ...column.pieces.map((piece) => [...piece].length));
  const cut = (word) => {
    const signs = [...word], found = [];
    for (let start = 0; start < signs.length;) {
      let end = Math.min(signs.length, start + longest);
      while (end > start + 1 && !codes.has(signs.slice(start, end).join(""))) end--;
      found.push(codes.get(signs.slice(start, end).join("")) ?? UNKNOWN);
      start = end;
    }
    return found;
  };
  return (found) => groupedWords(found, unspaced)
    .flatMap(({ together, words }) => (together ? [words.join("")] : words.map((word) => `\u2581${word}`))).flatMap(cut);
}

codecs.words = (column) => {
  const find = wordsFinder(column), unspaced = new RegExp(`^(?:${column.patterns.unspaced.replace(/<(\w+)>/g, (_, name) => column.classes[name])})`, "u");
  const known = new Map(column.vocabulary.map((word, place) => [word, place + FIRST]));
  const whole = (found) => found.map((word) => known.get(word) ?? UNKNOWN);
  const numbers = column.pieces.length ? piecesOf(column, unspaced) : whole;
  const terms = column.slots ? termsOf(column, unspaced) : () => [];
  return {
    read: wordsReader(column),
    encode(text) {
      const { length, tail } = column, row = new Int32Array(length + column.slots).fill(PAD), found = text ? find(text) : [];
      let read = numbers(found);
      if (read.length > length) {
        const last = Math.min(tail, length);
        read = [...read.slice(0, length - last), ...read.slice(read.length - last)];
      }
      row[0] = UNKNOWN;
      row.set(read);
      row.set(terms(found), length);
      return row;
    },
  };
};
