// Values that are loaded for an operation on numbers or an access, and turn out to be something else, or not to be there.
"use strict";
const log = (...what) => console.log(...what);
const name = (f) => {
  try {
    return f();
  } catch (error) {
    return error.constructor.name;
  }
};

// Elements.
function sum(row) {
  let total = 0;
  for (let i = 0; i < row.length; i++) total = total + row[i];
  return total;
}
const plain = Array.from({ length: 50 }, (_, i) => i / 2);
for (let round = 0; round < 60; round++) sum(plain);
log(sum(plain), sum([1, 2, , 4]), sum([1, "x", 2]), sum([0.5, null, true]), sum([1, undefined]));
log(sum([{ valueOf: () => 40 }, 2]), name(() => sum([1, 2n])), name(() => sum([Symbol()])));

// Elements whose prototype has what is missing.
const holes = [1, 2, , 4];
Array.prototype[2] = 100;
log(sum(holes));
delete Array.prototype[2];
log(sum(holes));

// Rows of rows.
function cell(rows, i, k) {
  return rows[i][k] * 2;
}
const rows = [[1, 2.5], [3, 4.5]];
for (let round = 0; round < 300; round++) cell(rows, round & 1, 1);
log(cell(rows, 1, 1), cell(rows, 0, 5), name(() => cell(rows, 7, 0)), cell(["ab", "34"], 1, 1), cell([[], 5], 1, 0));
log(name(() => cell([null], 0, 0)), cell([{ 3: 4 }], 0, 3));

// Properties.
function length(of) {
  let total = 0;
  for (let round = 0; round < 4; round++) total += of.x * of.x + of.inner.y;
  return total;
}
const point = { x: 1.5, inner: { y: 2 } };
for (let round = 0; round < 200; round++) length(point);
log(length(point));
point.x = "3";
log(length(point));
point.x = undefined;
log(length(point));
point.x = 7;
point.inner = "text";
log(length(point));
point.inner = undefined;
log(name(() => length(point)));
point.inner = { y: -0 };
point.x = -0;
log(Object.is(length(point), 0), Object.is(point.x * 1, -0));
Object.defineProperty(point, "x", { get: () => 11 });
log(length(point));

// Variables that are not there yet.
function early() {
  return later + 1;
}
log(name(early));
let later = 1;
for (let round = 0; round < 300; round++) later = early();
log(later);
later = "text";
log(early());

// Comparisons.
function below(list, limit) {
  let count = 0;
  for (let i = 0; i < list.length; i++) if (list[i] < limit) count++;
  return count;
}
for (let round = 0; round < 60; round++) below(plain, 10);
log(below(plain, 10), below(["b", "a", "c"], "b"), below([1, , 3], 2), below([undefined, NaN, null], 1), below([1n, 2n], 2));
