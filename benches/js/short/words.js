// How often words occur in a text, sorted.
"use strict";
const stock = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "rain", "falls", "on", "Spain"];
let seed = 7;
const next = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const lines = [];
for (let i = 0; i < 400; i++) {
  const words = [];
  for (let k = 0; k < 12; k++) words.push(stock[next(stock.length)] + (next(9) === 0 ? next(30) : ""));
  lines.push(words.join(" ") + ".");
}
const counts = new Map();
for (const line of lines) {
  for (const word of line.toLowerCase().split(/[^a-z0-9]+/)) {
    if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}
const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
console.log(counts.size, sorted.slice(0, 5).map(([word, n]) => `${word}:${n}`).join(" "));
