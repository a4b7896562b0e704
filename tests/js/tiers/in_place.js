// Functions whose bodies optimized code has in place of calls: their frames are there whenever anybody looks.
"use strict";
const log = [];
const rounds = 60;

// What is called with fewer and more arguments than it names, and with `this`.
function three(a, b, c) { return a + (b === undefined ? 10 : b) + (c === undefined ? 100 : c); }
function counts(n) { let s = 0; for (let i = 0; i < n; i++) s += three(i) + three(i, 1) + three(i, 1, 2) + three(i, 1, 2, 3, 4); return s; }
log.push(counts(rounds), counts(rounds));
const counter = { n: 0, add(x) { this.n += x; return this; }, twice(x) { return this.add(x).add(x); } };
function chained(n) { for (let i = 0; i < n; i++) counter.twice(i); return counter.n; }
log.push(chained(rounds), chained(rounds));

// A guard fails within: three functions deep, in the middle of an expression of each.
function third(x, k) { return x.v * k + 1; }
function second(x, k) { const before = k + 0.5; return third(x, k) + before; }
function first(x, k) { let kept = "k" + k; const r = second(x, k) * 2; return kept.length + r; }
function deep(n, at, odd) { let s = 0; for (let i = 0; i < n; i++) s += first(i === at ? odd : { v: i }, i); return s; }
for (let i = 0; i < 8; i++) deep(rounds, -1);
log.push(deep(rounds, 30, { u: 1, v: 2.5 }), deep(rounds, 59, { v: "7" }), deep(rounds, 0, { get v() { return 4; } }));
log.push(deep(rounds, 30, { v: { valueOf() { return 3; } } }));

// Something is thrown within, and caught in the caller, its caller, or not in here.
function fails(i, at) { if (i === at) return null.x; return i; }
function passes(i, at) { return fails(i, at) + 1; }
function caught(n, at) {
  let s = 0, last = -1, seen = "";
  for (let i = 0; i < n; i++) {
    let here = i * 1.5;
    try { last = i; here += 0.25; s += passes(i, at); } catch (e) { seen += e.name + last + here; s += here; }
  }
  return s + seen;
}
function outside(n, at) { let s = 0; for (let i = 0; i < n; i++) s += passes(i, at); return s; }
for (let i = 0; i < 8; i++) { caught(rounds, -1); outside(rounds, -1); }
log.push(caught(rounds, 7), caught(rounds, 59), caught(rounds, 0));
try { outside(rounds, 20); } catch (e) { log.push(e.stack.split("\n").slice(1, 4).map((line) => line.trim().split(" ")[1]).join()); }
function handles(i, at) { try { if (i === at) throw i; return i; } catch (e) { return e * 100; } finally { log.n = (log.n | 0) + 1; } }
function handled(n, at) { let s = 0; for (let i = 0; i < n; i++) s += handles(i, at); return s; }
for (let i = 0; i < 8; i++) handled(rounds, -1);
log.push(handled(rounds, 3), log.n);

// Another function comes to be called, by the same name.
let chosen = (x) => x + 1;
function choose(n) { let s = 0; for (let i = 0; i < n; i++) s += chosen(i); return s; }
for (let i = 0; i < 8; i++) choose(rounds);
chosen = (x) => x * 2;
log.push(choose(rounds));
chosen = Math.sqrt;
log.push(choose(4).toFixed(3));
chosen = 5;
try { choose(1); } catch (e) { log.push(e.message); }
function Method() {}
Method.prototype.of = function (x) { return x; };
function methods(o, n) { let s = 0; for (let i = 0; i < n; i++) { s += o.of(i); if (i === 50) Method.prototype.of = (x) => x * 10; } return s; }
for (let i = 0; i < 8; i++) methods(new Method(), 50);
log.push(methods(new Method(), rounds), methods(new Method(), rounds));

// Closures of one function with variables of their own.
function adder(by) { return (x) => { by += 1; return x + by; }; }
const one = adder(1), ten = adder(10);
function both(n) { let s = 0; for (let i = 0; i < n; i++) s += (i % 2 ? one : ten)(i) + one(i); return s; }
for (let i = 0; i < 8; i++) both(rounds);
log.push(both(rounds), both(rounds));

// Constructors: what they return, fields, what they are called for.
function Point(x, y) { this.x = x; this.y = y; }
function Odd(x) { this.x = x; if (x % 7 === 0) return { x: -1 }; if (x % 5 === 0) return 5; }
class Sized { #area; constructor(w, h) { this.w = w; this.h = h; this.#area = w * h; } get area() { return this.#area; } }
function made(n) {
  let s = 0;
  for (let i = 0; i < n; i++) { const p = new Point(i, i + 0.5); s += p.x * p.y + new Odd(i).x + new Sized(i, 2).area; if (!(p instanceof Point)) s = NaN; }
  return s;
}
for (let i = 0; i < 8; i++) made(rounds);
log.push(made(rounds), made(rounds));

// Loops within, and what a handler of the caller finds after rounds of them.
function inner(k, at) { let s = 0; for (let j = 0; j < k; j++) { s += j; if (j === at) s += undefined.x; } return s; }
function outer(n, at) { let s = 0, e = 0; for (let i = 0; i < n; i++) { try { s += inner(i, at); } catch { e += s; } } return s + ":" + e; }
for (let i = 0; i < 8; i++) outer(rounds, -1);
log.push(outer(rounds, 40), outer(rounds, 58));

// Recursion among functions that are in place of one another, down to the end of the stack.
function even(n) { return n === 0 ? true : odd(n - 1); }
function odd(n) { return n === 0 ? false : even(n - 1); }
for (let i = 0; i < 200; i++) even(i % 30);
log.push(even(1000), odd(1000));
let depth = 0;
function down(x) { depth++; return step(x) + 1; }
function step(x) { return x < 0 ? 0 : down(x + 1); }
for (let i = 0; i < 20; i++) { try { down(0); } catch (e) { if (!(e instanceof RangeError)) throw e; } }
log.push(depth > 1000);

// Results of every kind, where they are used as another.
const truth = (x) => x > 3, text = (x) => (x > 3 ? "big" : "small"), nothing = () => {}, mixed = (x) => (x % 3 ? x : x + 0.5);
function kinds(n) { let s = 0; for (let i = 0; i < n; i++) { if (truth(i)) s += 1; s += text(i).length + (nothing() === undefined ? 1 : 0) + mixed(i) + truth(i); } return s; }
for (let i = 0; i < 8; i++) kinds(rounds);
log.push(kinds(rounds));
function reads(o) { return o.list[o.at]; }
function holes(n) { const o = { list: [1, 2, , 4], at: 0 }; let s = ""; for (let i = 0; i < n; i++) { o.at = i & 3; s += reads(o); } return s; }
log.push(holes(12), holes(12), holes(12));
console.log(log.join("\n"));
