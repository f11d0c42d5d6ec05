// A cell that is one of some words: 0 is missing, 1 none of them, as codes.py says.
codecs.category = (column) => {
  const codes = new Map(column.categories.map((word, place) => [word, place + 2]));
  return { read: wordsReader(column), encode: (word) => [word === null ? 0 : codes.get(word) ?? 1] };
};
