// Maps, sets and objects as dictionaries.
"use strict";
const map = new Map(), set = new Set(), object = {};
let state = 99;
const random = () => (state = (state * 48271) % 2147483647);
for (let i = 0; i < 400000; i++) {
  const n = random() % 20000, key = "k" + (n % 3000);
  map.set(n, (map.get(n) || 0) + 1);
  set.add(n % 977);
  object[key] = (object[key] || 0) + n % 3;
  if (i % 5 === 0) map.delete(n);
}
let sum = 0;
for (const [key, value] of map) sum += key * value;
map.forEach((value, key) => {
  sum ^= value + key;
});
for (const key in object) sum += object[key] + key.length;
for (const key of Object.keys(object)) if (object[key] % 2) delete object[key];
const groups = new Map();
for (const value of set) {
  const group = value % 10;
  if (!groups.has(group)) groups.set(group, []);
  groups.get(group).push(value);
}
const entries = Object.entries(object).map(([key, value]) => [value, key]);
const turned = new Map(entries);
const memo = new Map();
const paths = (x, y) => {
  if (x === 0 || y === 0) return 1;
  const key = x + "," + y;
  if (!memo.has(key)) memo.set(key, (paths(x - 1, y) + paths(x, y - 1)) % 1000007);
  return memo.get(key);
};
console.log(sum, map.size, set.size, entries.length, turned.size, [...groups.keys()].length, paths(120, 120));
