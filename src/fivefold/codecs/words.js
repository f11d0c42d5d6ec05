// The words of a text, as words.py finds them: what a letter, a mark and a digit is says the Python
// that wrote the page, so that no browser's Unicode decides. Characters that it did not know stay.
function wordsFinder({ rules, classes, patterns }) {
  const filled = (pattern, flags = "gu") => new RegExp(pattern.replace(/<(\w+)>/g, (_, name) => classes[name]), flags);
  const [plain, marked, plainly, invisible] = [filled(patterns.plain), filled(patterns.marked), filled(patterns.plainly, "u"), filled(patterns.invisible)];
  const known = filled("[^<young>]+"), number = filled("[<digit>]{3,}");
  return (text) => {
    let told = text.replace(known, (run) => run.toLowerCase()), token = plain;
    if (rules >= 2 && !isAscii(told)) {
      told = told.replace(invisible, "").replaceAll("\u200b", " ").replaceAll("i\u0307", "i");
      told = told.replace(known, (run) => run.normalize("NFC"));
      if (!plainly.test(told)) token = marked;
    }
    return told.replace(number, (digits) => "#".repeat([...digits].length)).match(token) ?? [];
  };
}

// Words that follow one another, and whether they are characters without spaces between words.
function groupedWords(found, unspaced) {
  const groups = [];
  for (const word of found) {
    const together = unspaced.test(word), last = groups.at(-1);
    if (last && last.together === together) last.words.push(word);
    else groups.push({ together, words: [word] });
  }
  return groups;
}
