// Loops that become hot while they run, of every kind, entered in the middle; nested ones; labels; with closures, try, switch, destructuring.
function count(n) { let i = 0, s = 0; while (i < n) { s += i; i++; } return s; }
function doubles(n) { let x = 0.5; for (let i = 0; i < n; i++) x = x * 1.0000001 + 0.25; return x; }
function until(n) { let i = 0; do { i += 3; } while (i < n); return i; }
function endless(n) { let i = 0; for (;;) { if (++i >= n) return i; if (i % 2) continue; i++; } }
function nested(n) { let s = 0; for (let i = 0; i < n; i++) for (let j = i; j < n; j++) { if (j % 7 === 3) continue; if (j - i > 20) break; s += i ^ j; } return s; }
function labels(n) { let s = 0; outer: for (let i = 0; i < n; i++) { for (let j = 0; j < n; j++) { if (j === 5) continue outer; if (i === 90) break outer; s += j; } } return s; }
function inward(o) { let keys = ""; for (const k in o) keys += k; return keys; }
function over(list) { let s = 0; for (const x of list) { if (x === 7) continue; if (x > 190) break; s += x; } return s; }
function pairs(map) { let s = ""; for (const [k, { v, ...more }] of map) s = k + v + Object.keys(more).length; return s; }
function closures(n) { const list = []; for (let i = 0; i < n; i++) { list.push(() => i++); if (i % 3 === 0) i++; } return list.map((f) => f() + f()).reduce((a, b) => a + b, 0); }
function tries(n) { let s = 0; for (let i = 0; i < n; i++) { try { if (i % 10 === 0) throw i; s += 1; } catch (e) { s += e; } finally { s += 0.5; } } return s; }
function switches(n) { let s = 0; for (let i = 0; i < n; i++) { switch (i % 6) { case 0: s += 1; case 1: s += 2; break; case "2": s += 1000; break; case 3: continue; default: s += 10; } s += 0.25; } return s; }
function strings(n) { let t = ""; for (let i = 0; i < n; i++) { t += String.fromCharCode(97 + i % 26); if (t.length > 50) t = t.slice(10); } return t; }
function falling(n) { let s = 0; for (let i = n; i--; ) s += i & 3; return s; }
function bits(n) { let a = 1, b = -1, c = 0; for (let i = 0; i < n; i++) { a = (a << 1) | (a >>> 31); b = b >> 1 ^ i; c = (c + (a >>> i)) | 0; } return [a, b, c, a >>> 0].join(); }
function compound(n) { const o = { x: 0, y: [1, 2] }; for (let i = 0; i < n; i++) { o.x += i; o.y[i & 1] *= -1; o.y[i & 1] -= 1; o.z ??= 5; o.x ||= 1; o.y &&= o.y; } return o.x + "," + o.y + "," + o.z; }
function swapping(n) { let a = 1, b = 2, c = "c"; for (let i = 0; i < n; i++) [a, b, c] = [b, c, a]; return [a, b, c].join(); }
function logical(n) { let t = 0, f = 0; for (let i = 0; i < n; i++) { if (i % 2 && i % 3 || !(i % 5)) t++; else f++; (i > 5 ? t++ : f--), i === 7 && (t += 100); } return t + "," + f; }
function early(list, x) { for (let i = 0; i < list.length; i++) if (list[i] === x) return i; return -1; }

const list = Array.from({ length: 220 }, (_, i) => i);
const map = new Map(list.map((i) => ["k" + i, { v: i, w: 1, z: 2 }]));
// Each is called once with a loop that is long, then often with one that is short, then again.
const all = { count: [300], doubles: [400], until: [500], endless: [300], nested: [60], labels: [120], falling: [333], bits: [250], tries: [300], switches: [300], strings: [300], compound: [200], swapping: [201], logical: [200], closures: [160] };
for (const [name, args] of Object.entries(all)) {
  const f = { count, doubles, until, endless, nested, labels, falling, bits, tries, switches, strings, compound, swapping, logical, closures }[name];
  const first = f(...args);
  for (let i = 0; i < 40; i++) f(5);
  console.log(name, first, f(...args) === first, f(0), f(1), f(17));
}
console.log(inward(Object.fromEntries(list.map((i) => ["a" + i, i]))).length, over(list), over([7, 7, 1]), pairs(map), early(list, 219), early(list, "x"));
// The top level's own loop.
let top = 0;
for (let i = 0; i < 500; i++) { top += i % 3; if (i === 250) top *= 2; }
console.log(top);
var hoisted = 0;
for (var v = 0; v < 500; v++) hoisted += v;
console.log(hoisted, v);
// Loops over what changes meanwhile.
const shrinking = list.slice(); let steps = 0;
for (let i = 0; i < shrinking.length; i++) { steps++; shrinking.pop(); }
console.log(steps, shrinking.length);
const growing = new Set([1]); let seen = 0;
for (const x of growing) { seen += x; if (growing.size < 200) growing.add(x + 1); }
console.log(seen);
const keys = {}; for (let i = 0; i < 150; i++) keys["k" + i] = i;
let walked = 0; for (const k in keys) { walked += keys[k]; delete keys["k" + (149 - keys[k])]; keys["new" + k] = 1; }
console.log(walked, Object.keys(keys).length);
// Iterators: return is called when the loop is left, and not when it ends.
let closed = 0;
const iterable = { [Symbol.iterator]() { let i = 0; return { next: () => ({ value: i, done: i++ >= 200 }), return() { closed++; return {}; } }; } };
for (const x of iterable) if (x === 150) break;
for (const x of iterable) ;
try { for (const x of iterable) if (x === 160) throw 0; } catch {}
(() => { for (const x of iterable) if (x === 170) return; })();
const [first, second] = iterable;
console.log(closed, first, second);
