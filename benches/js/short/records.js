// Records as a server handles them: JSON in, checked, changed, sorted, JSON out.
"use strict";
const incoming = [];
for (let i = 0; i < 900; i++) {
  incoming.push(JSON.stringify({ id: i, user: { name: `user${(i * 31) % 200}`, age: 18 + (i % 60) }, tags: [`t${i % 5}`, `t${i % 3}`], at: 1700000000000 + i * 60000 }));
}
function check(record) {
  if (typeof record.id !== "number") throw new TypeError("id");
  if (record.user.age < 21) return null;
  return { ...record, user: { ...record.user, adult: true }, at: new Date(record.at).toISOString() };
}
const kept = incoming.map((text) => check(JSON.parse(text))).filter((record) => record !== null);
kept.sort((a, b) => a.user.name.localeCompare(b.user.name) || b.id - a.id);
const byTag = new Map();
for (const record of kept) {
  for (const tag of new Set(record.tags)) {
    if (!byTag.has(tag)) byTag.set(tag, []);
    byTag.get(tag).push(record.id);
  }
}
const text = JSON.stringify({ first: kept[0], tags: [...byTag].map(([tag, ids]) => [tag, ids.length]) });
console.log(kept.length, text.length, text.slice(0, 60));
