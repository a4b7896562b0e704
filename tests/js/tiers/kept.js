// Registers that code never writes to are in memory alone when it is left in the middle.
"use strict";
function left(a, b, list, at) {
  let total = 0;
  const c = a + b;
  for (let i = 0; i < list.length; i++) {
    if (i === at) total += "!";
    total += list[i] * a - b;
    for (let k = 0; k < 3; k++) total += c;
  }
  return [a, b, c, total, list.length, at].join(" ");
}
const numbers = Array.from({ length: 40 }, (_, i) => i);
for (let round = 0; round < 40; round++) left(2, 3, numbers, -1);
console.log(left(2, 3, numbers, -1));
console.log(left(2.5, 3, numbers, 38));
console.log(left(2, "3", numbers, 39));
console.log(left({ valueOf: () => 1 }, 1, numbers, 39));

// A parameter that is written to in front of the loop only, and one behind it.
function around(a, b, list) {
  a = a ?? 10;
  let total = 0;
  for (const one of list) total += one + a + b.length;
  b = total;
  return `${a} ${b}`;
}
for (let round = 0; round < 60; round++) around(undefined, "xy", numbers);
console.log(around(undefined, "xy", numbers), around(1, [1, 2, 3], numbers), around(1, "x", [1, "2", 3n.toString()]));

// Handlers find what is not written to, too.
function handled(a, b, list) {
  let caught = 0;
  for (let i = 0; i < list.length; i++) {
    try {
      caught += list[i].x.y;
    } catch (error) {
      caught += a * b;
    }
  }
  return `${a} ${b} ${caught}`;
}
const deep = Array.from({ length: 30 }, () => ({ x: { y: 1 } }));
for (let round = 0; round < 60; round++) handled(2, 3, deep);
console.log(handled(2, 3, deep), handled(2, 3.5, [...deep, {}, null, ...deep]), handled("4", 2, [undefined]));

// The counter of a loop that is entered in the middle of another one.
function triangle(rows) {
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    for (let k = i + 1; k < rows.length; k++) {
      total += rows[i].v * rows[k].v;
      rows[i].v -= 0.001;
    }
  }
  return total.toFixed(6);
}
const rows = Array.from({ length: 30 }, (_, v) => ({ v }));
for (let round = 0; round < 20; round++) triangle(rows);
rows[12] = { v: "5", w: 1 };
console.log(triangle(rows), rows[12].v, rows[29].v.toFixed(3));
