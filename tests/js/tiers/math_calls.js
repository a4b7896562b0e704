// Functions of Math that templates do in place: with the numbers they are for, with all others, and when Math has others.
"use strict";
const log = [];
const text = (x) => (Object.is(x, -0) ? "-0" : String(x));
const numbers = [0, -0, 1, -1, 2.5, -2.5, 0.5, -0.5, 0.999999999, -1e-300, 2147483647, -2147483648, 2147483648, -2147483649, 4294967295.5,
  -2147483648.5, 1e300, -1e300, Infinity, -Infinity, NaN, 4, 2, 1e15 + 0.5, 123456789.75];
const others = [undefined, null, true, "9", "x", { valueOf: () => 16 }, [25]];
function floors(x) { return Math.floor(x); }
function roots(x) { return Math.sqrt(x); }
function absolutes(x) { return Math.abs(x); }
function products(x, y) { return Math.imul(x, y); }
function largest(x, y) { return Math.max(x, y); }
function least(x, y) { return Math.min(x, y); }
for (let i = 0; i < 3000; i++) { floors(i / 7); roots(i); absolutes(-i); products(i, i); largest(i, 5); least(i, 5); }
for (const f of [floors, roots, absolutes]) log.push(f.name + " " + [...numbers, ...others].map((x) => text(f(x))).join());
for (const f of [products, largest, least]) {
  for (const x of numbers) log.push(f.name + " " + text(x) + " " + numbers.map((y) => text(f(x, y))).join());
  log.push(others.map((x) => text(f(x, 3)) + text(f(3, x))).join());
}
function missing(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.max(i) + Math.min(i, 3, 4) + Math.abs(i, 7); return s; }
log.push(missing(2000), text(Math.max()), text(Math.floor()));

// Quotients of int32s.
function quotients(x, y) { return x / y; }
for (let i = 1; i < 3000; i++) { quotients(i * 2, 2); quotients(i, 7); }
for (const x of [0, -0, 6, -6, 7, 2147483647, -2147483648, 1.5]) {
  log.push(text(x) + " / " + [0, -0, 1, -1, 2, 3, -3, 7, -2147483648, 2147483647, 0.5, NaN].map((y) => text(quotients(x, y))).join());
}
function collatz(n) { let steps = 0; while (n !== 1) { n = n % 2 === 0 ? n / 2 : 3 * n + 1; steps++; } return steps; }
log.push(collatz(27), collatz(97), collatz(837799));

// Another function in the place of one, and another Math.
function hashed(n) { let h = 7; for (let i = 0; i < n; i++) h = Math.imul(h, 31) + i | 0; return h; }
log.push(hashed(3000));
const imul = Math.imul;
Math.imul = (x, y) => x - y;
log.push(hashed(5), hashed(3000));
Math.imul = imul;
log.push(hashed(3000));
globalThis.Math = { imul: () => 1, floor: (x) => "floor of " + x };
log.push(hashed(3), floors(2.5));
console.log(log.join("\n"));
