// Guidelines: a little Markdown as elements. What is not known of it stays text.
function inline(text) {
  const parts = [], sign = /\*\*(.+?)\*\*|\*(\S.*?)\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;
  let last = 0;
  for (const found of text.matchAll(sign)) {
    parts.push(text.slice(last, found.index));
    const [all, strong, light, code, words, address] = found;
    if (strong) parts.push(node("strong", {}, ...inline(strong)));
    else if (light) parts.push(node("em", {}, ...inline(light)));
    else if (code) parts.push(node("code", {}, code));
    else parts.push(node("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words));
    last = found.index + all.length;
  }
  parts.push(text.slice(last));
  return parts.filter((part) => part !== "");
}

function guideOf(markdown) {
  const parts = [];
  let list = null, lines = [], code = null;
  const close = () => {
    if (lines.length) parts.push(node("p", {}, ...inline(lines.join(" "))));
    [lines, list] = [[], null];
  };
  for (const line of markdown.split(/\r?\n/)) {
    if (line.startsWith("```")) { close(); code = code ? null : node("pre"); if (code) parts.push(code); continue; }
    if (code) { code.append(`${line}\n`); continue; }
    const heading = line.match(/^(#{1,6})\s+(.*)/), item = line.match(/^\s*(?:[-*]|(\d+)[.)])\s+(.*)/);
    if (heading) { close(); parts.push(node(heading[1].length > 1 ? "h3" : "h2", {}, ...inline(heading[2]))); }
    else if (item) {
      const tag = item[1] ? "ol" : "ul";
      if (list?.localName !== tag) { close(); list = node(tag); parts.push(list); }
      list.append(node("li", {}, ...inline(item[2])));
    } else if (!line.trim()) close();
    else if (list) list.lastChild.append(" ", ...inline(line.trim()));
    else lines.push(line.trim());
  }
  close();
  return parts;
}
