// Instructions that optimized code has the runtime execute: what handlers find in variables when one throws, and what user code that
// they run can change.
"use strict";
const log = [];
function guarded(name, rounds, body) {
  let thrown = 0, sum = 0;
  for (let i = 0; i < rounds; i++) {
    let before = i * 2, kept = "k" + (i % 3);
    try {
      before = i + 0.5;
      kept = body(i);
      sum += typeof kept === "number" ? kept : 1;
    } catch (error) {
      thrown += before;
      sum += String(error.name ?? error).length + kept.length;
    }
  }
  log.push(`${name} ${sum} ${thrown}`);
}
const failing = { get value() { throw new RangeError("get"); }, set value(x) { throw new RangeError("set " + x); } };
const converting = { valueOf() { throw new TypeError("valueOf"); }, toString() { throw "toString"; } };
const plain = { value: 3 };
guarded("property", 60, (i) => (i % 20 === 19 ? failing : plain).value);
guarded("store", 60, (i) => { (i % 20 === 19 ? failing : plain).value = i; return plain.value; });
guarded("sum", 60, (i) => ("a" + (i % 20 === 19 ? converting : i)).length);
guarded("text", 60, (i) => `${i % 20 === 19 ? converting : i}`.length);
guarded("order", 60, (i) => ("b" < (i % 20 === 19 ? converting : "a" + i) ? 2 : 5));
guarded("loosely", 60, (i) => ("b" == (i % 20 === 19 ? converting : "a" + i) ? 2 : 5));
guarded("instance", 60, (i) => ({} instanceof (i % 20 === 19 ? plain : Object) ? 2 : 5));
guarded("in", 60, (i) => ("value" in (i % 20 === 19 ? 1 : plain) ? 2 : 5));
guarded("call", 60, (i) => (i % 20 === 19 ? undefined : Math.hypot)(3, 4));
guarded("construct", 60, (i) => new (i % 20 === 19 ? Math.hypot : Map)([[i, 1]]).size);
guarded("element", 60, (i) => (i % 20 === 19 ? null : "text")[i % 4]);
guarded("store element", 60, (i) => { const a = []; (i % 20 === 19 ? Object.freeze(a) : a)[0] = i; return a[0]; });
guarded("iterator", 60, (i) => { let s = 0; for (const x of i % 20 === 19 ? 5 : [1, 2, 3]) s += x; return s; });

// An iterator that throws is not closed; one that is left is.
let closed = 0;
function iterable(throwsAt) {
  let at = 0;
  return {
    [Symbol.iterator]() { return this; },
    next() { if (at === throwsAt) throw new Error("next"); return { value: at++, done: at > 6 }; },
    return() { closed++; return {}; },
  };
}
for (let round = 0; round < 42; round++) {
  try {
    for (const x of iterable(round % 4 === 0 ? 3 : -1)) {
      if (x === 4 && round % 3 === 0) break;
      if (x === 5 && round % 7 === 0) throw round;
    }
  } catch {}
}
log.push("closed " + closed);

// Holes, growth and shrinking while an array is iterated.
let seen = 0;
for (let round = 0; round < 20; round++) {
  const array = [1, , 3];
  let added = 0;
  for (const x of array) {
    seen += x ?? 10;
    if (added < 4) { array.push(added); added++; }
    if (round % 9 === 0) array.length = 2;
  }
}
log.push("seen " + seen);

// Added properties: shapes, slots outside, a setter that appears, an object that gets frozen.
function Many(n) { for (let i = 0; i < n; i++) this["p" + i] = i; }
class Wide { constructor(i) { this.a = i; this.b = i + 1; this.c = "c" + i; this.d = [i]; this.e = 1; this.f = 2; this.g = 3; this.h = 4; } }
let total = 0;
for (let i = 0; i < 90; i++) {
  if (i === 40) Object.defineProperty(Wide.prototype, "g", { set(x) { total += x * 1000; }, configurable: true });
  if (i === 70) delete Wide.prototype.g;
  const wide = new Wide(i), literal = { x: i, y: wide, ["z" + (i % 2)]: 1, x2: "x".repeat(i % 3) };
  if (i % 16 === 0) Object.freeze(literal);
  try { literal.late = i; literal.later = wide; } catch { total += 7; }
  total += Object.keys(wide).length + wide.h + Object.keys(literal).length + new Many(i % 12).p3 ? 1 : 0;
}
log.push("total " + total);

// Closures and scopes of their own for each round; private names; accessors that count.
class Counter { #n = 0; add(x) { this.#n += x; return this.#n; } static of(o) { return #n in o ? o.#n : -1; } get n() { return this.#n; } }
const counter = new Counter(), made = [];
for (let i = 0; i < 60; i++) {
  counter.add(i);
  made.push(() => i + counter.n);
  try { Counter.prototype.add.call(i % 20 === 19 ? {} : counter, 1); } catch (e) { total += e.name.length; }
}
log.push(`made ${made[3]()} ${made[59]()} ${Counter.of(counter)} ${Counter.of({})} ${total}`);

// What is called counts, recurses and throws through natives.
const compare = (a, b) => { if (a + b === 155) throw new Error("compare"); return b - a; };
let sorted = 0;
for (let i = 0; i < 12; i++) {
  try { sorted += [i, 77, i === 7 ? 78 : 9].sort(compare)[0]; } catch (e) { sorted += e.message.length * 10000; }
}
const deep = (n) => (n === 0 ? 0 : [n].map((x) => x + deep(n - 1))[0]);
log.push(`sorted ${sorted} deep ${deep(20)}`);
console.log(log.join("\n"));
