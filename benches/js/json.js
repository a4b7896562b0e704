// JSON: making, reading, changing, writing.
"use strict";
function make(depth, width, tag) {
  if (depth === 0) return { id: tag, name: `item ${tag} "quoted" \u00e9\n`, price: tag / 7, tags: ["a", "b", null, true], ok: tag % 2 === 0 };
  const children = [];
  for (let i = 0; i < width; i++) children.push(make(depth - 1, width, tag * width + i));
  return { depth, children, sum: children.length };
}
const value = make(5, 5, 1);
let text = JSON.stringify(value);
let length = 0;
for (let i = 0; i < 24; i++) {
  const copy = JSON.parse(text);
  copy.children[i % 5].depth = i;
  text = JSON.stringify(copy);
  length += text.length;
}
const pretty = JSON.stringify(value.children[0], null, 2);
const filtered = JSON.stringify(value.children[1], (key, one) => (key === "tags" ? undefined : one));
const revived = JSON.parse(pretty, (key, one) => (typeof one === "number" ? Math.round(one) : one));
console.log(length, pretty.length, filtered.length, JSON.stringify(revived).length);
