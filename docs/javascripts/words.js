// A browser breaks `--time-limit` behind its hyphens: words of code are made whole. Cells of sentences get room to be read in,
// on a phone below the other cells of their row.
const LONGEST = 34; // characters that a phone shows in one line
const SENTENCE = 60; // characters from which a cell is one

function keepWords(code) {
  const place = code.closest("td, th") ? Infinity : LONGEST;
  const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const pieces = text.data.split(/(\s+)/).map((piece) => {
      if (!/\S/.test(piece) || piece.length > place) return piece;
      const word = document.createElement("span");
      word.className = "word";
      word.textContent = piece;
      return word;
    });
    text.replaceWith(...pieces);
  }
}

document.querySelectorAll("article :not(pre) > code").forEach(keepWords);
for (const table of document.querySelectorAll("article table")) {
  const titles = [...table.querySelectorAll("thead th")].map((title) => title.textContent);
  const cells = [...table.querySelectorAll("tbody td")];
  for (const cell of cells) {
    cell.dataset.title = titles[cell.cellIndex] ?? "";
    cell.classList.toggle("prose", cell.textContent.length > SENTENCE);
  }
  const told = cells.some((cell) => cell.matches(".prose"));
  const counted = cells.some((cell) => cell.style.textAlign === "right");
  table.dataset.cells = told && !counted ? "sentences" : "values";
}
