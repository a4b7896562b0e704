// Shortest paths in a grid with a heap of our own, and distances of words.
"use strict";
class Heap {
  constructor(before) {
    this.items = [];
    this.before = before;
  }
  push(item) {
    const { items, before } = this;
    let i = items.push(item) - 1;
    while (i > 0 && before(items[i], items[(i - 1) >> 1])) {
      const up = (i - 1) >> 1;
      [items[i], items[up]] = [items[up], items[i]];
      i = up;
    }
  }
  pop() {
    const { items, before } = this;
    const top = items[0], last = items.pop();
    if (items.length > 0) {
      items[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < items.length && before(items[child], items[least])) least = child;
        if (least === i) break;
        [items[i], items[least]] = [items[least], items[i]];
        i = least;
      }
    }
    return top;
  }
}
const size = 36;
const cost = (x, y) => 1 + ((x * 7 + y * 13 + x * y) % 9);
const distances = new Map([["0,0", 0]]);
const open = new Heap((a, b) => a.distance < b.distance);
open.push({ x: 0, y: 0, distance: 0 });
while (open.items.length > 0) {
  const { x, y, distance } = open.pop();
  if (distance > distances.get(`${x},${y}`)) continue;
  for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
    const [nx, ny] = [x + dx, y + dy];
    if (nx < 0 || ny < 0 || nx >= size || ny >= size) continue;
    const [key, through] = [`${nx},${ny}`, distance + cost(nx, ny)];
    if (through < (distances.get(key) ?? Infinity)) {
      distances.set(key, through);
      open.push({ x: nx, y: ny, distance: through });
    }
  }
}
function levenshtein(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const below = [i];
    for (let k = 1; k <= b.length; k++) {
      below[k] = Math.min(row[k] + 1, below[k - 1] + 1, row[k - 1] + (a.charCodeAt(i - 1) === b.charCodeAt(k - 1) ? 0 : 1));
    }
    row = below;
  }
  return row[b.length];
}
let sum = 0;
for (let i = 0; i < 40; i++) sum += levenshtein("kitten on the mitten" + i, "sitting in the kitchen");
console.log(distances.get(`${size - 1},${size - 1}`), sum);
