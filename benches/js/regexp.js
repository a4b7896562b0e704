// Regular expressions: search, captures, replacement, splitting, over a made-up log.
"use strict";
const words = ["alpha", "beta", "Gamma", "delta", "epsilon", "http://example.org/a?b=1&c=2", "user@mail.example", "2026-11-20"];
let text = "";
let state = 12345;
for (let i = 0; i < 60000; i++) {
  state = (state * 1103515245 + 12345) & 0x7fffffff;
  text += words[(state >> 8) % words.length] + (i % 9 === 8 ? "\n" : " ") + ((state >> 4) % 1000) + ", ";
}
const count = (re) => (text.match(re) || []).length;
let sum = count(/[a-z]+a\b/g) * 3 + count(/\d{3}/g) + count(/^\d+, \w+/gm) + count(/gamma|delta/gi);
let total = 0;
for (const found of text.matchAll(/(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/g)) total += Number(found.groups.day) + found.index % 7;
const swapped = text.replace(/(\w+)@(\w+)\.(\w+)/g, "$3.$2@$1");
const shouted = text.replace(/\b[aeiou]\w*/g, (word) => word.toUpperCase());
const parts = text.split(/[\s,]+/);
const query = /[?&](\w+)=(\w*)/g;
let found, keys = 0;
while ((found = query.exec(text)) !== null) keys += found[1].charCodeAt(0) + Number(found[2]);
const nested = /^(?:(?:a|b)+c)*$/;
let accepted = 0;
for (let i = 0; i < 30000; i++) if (nested.test("abababc".repeat(i % 7) + (i % 3 ? "" : "x"))) accepted++;
console.log(sum, total, swapped.length, swapped.indexOf("example.mail"), shouted.indexOf("ALPHA"), parts.length, keys, accepted);
