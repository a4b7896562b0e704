// Functions of Math with arguments of all kinds, quotients and remainders: what is done in place is what the functions themselves do.
"use strict";
const text = (value) => Object.is(value, -0) ? "-0" : String(value);
const numbers = [
  0, -0, 1, -1, 2, 7, -7, 0.5, -0.5, 0.25, -0.25, 1.5, -1.5, 2.5, -2.5, 0.49999999999999994, -0.49999999999999994, -0.5000000000000001,
  2147483647, -2147483648, 2147483646.5, -2147483647.5, 2147483647.5, -2147483648.5, 2147483648, 4294967295, 4294967296.5, -4294967297,
  4503599627370495.5, 9007199254740993, 1e21, -1e300, 5e-324, -5e-324, 16777217, 3.4028235677973366e38, 1e-46, NaN, Infinity, -Infinity,
];

function abs(x) { return Math.abs(x); }
function ceil(x) { return Math.ceil(x); }
function clz32(x) { return Math.clz32(x); }
function floor(x) { return Math.floor(x); }
function fround(x) { return Math.fround(x); }
function round(x) { return Math.round(x); }
function sqrt(x) { return Math.sqrt(x); }
function trunc(x) { return Math.trunc(x); }
function sign(x) { return Math.sign(x); }
for (const f of [abs, ceil, clz32, floor, fround, round, sqrt, trunc, sign]) {
  const found = [];
  // Several times: by the interpreter, then by what was compiled.
  for (let turn = 0; turn < 8; turn++) found[turn] = numbers.map((x) => text(f(x))).join(" ");
  console.log(f.name, found.every((line) => line === found[0]), found[0]);
}

function imul(x, y) { return Math.imul(x, y); }
function max(x, y) { return Math.max(x, y); }
function min(x, y) { return Math.min(x, y); }
function divide(x, y) { return x / y; }
function modulo(x, y) { return x % y; }
function pow(x, y) { return Math.hypot(x, y) >= 0; }
for (const f of [imul, max, min, divide, modulo, pow]) {
  let sum = 0, line = "";
  for (let turn = 0; turn < 4; turn++) {
    for (const x of numbers) {
      for (const y of numbers) {
        const found = text(f(x, y));
        for (let at = 0; at < found.length; at++) sum = (Math.imul(sum, 31) + found.charCodeAt(at)) | 0;
        if (turn === 3 && (x === 7 || x === -7 || Object.is(x, -0))) line += " " + found;
      }
    }
  }
  console.log(f.name, sum, line);
}

// Constants, of which powers of two are no divisions.
const constants = [(x) => x % 1, (x) => x % 2, (x) => x % 8, (x) => x % 1073741824, (x) => x % 3, (x) => x % 0, (x) => x % -4, (x) => x / 2, (x) => x / 3];
for (const f of constants) console.log([0, 1, 2, 3].map(() => numbers.slice(0, 24).map((x) => text(f(x))).join(" ")).at(-1));

// Other numbers of arguments, others than numbers, and other functions at the same place.
let asked = 0;
const odd = { valueOf() { asked++; return 6.5; } };
function call(f, ...values) { return values.length === 1 ? f(values[0]) : values.length === 2 ? f(values[0], values[1]) : f(); }
const lists = [[], [-3], [3, -2], [odd], [odd, odd], ["12.5"], ["x", 1], [null, true], [undefined], [[4]], [2.5, -0], [-0, 0]];
for (let turn = 0; turn < 3; turn++) {
  for (const name of ["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sqrt", "trunc", "sign"]) {
    const line = lists.map((list) => text(call(Math[name], ...list))).join(" ");
    if (turn === 2) console.log(name, line);
  }
}
console.log(asked);
for (const bad of [1n, Symbol("s"), { valueOf() { throw new RangeError("no"); } }]) {
  for (let turn = 0; turn < 3; turn++) {
    try { floor(bad); } catch (error) { if (turn === 2) console.log(error.constructor.name); }
    try { max(1, bad); } catch (error) { if (turn === 2) console.log(error.constructor.name); }
  }
}

// The function is another one from some turn on.
function steps(count) {
  const { floor } = Math;
  let out = [];
  for (let i = 0; i < count; i++) {
    if (i === count - 3) Math.floor = (x) => "mine " + x;
    if (i === count - 1) Math.floor = Math.ceil;
    out.push(Math.floor(i + 0.5));
  }
  Math.floor = floor;
  return out.slice(-5).join(" ");
}
for (let turn = 0; turn < 4; turn++) console.log(steps(8 + turn));
