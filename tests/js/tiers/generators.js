// Generators and async functions that are resumed many times, hot and cold: next, throw, return, yield*, finally, awaits in loops.
function* numbers(n) { for (let i = 0; i < n; i++) { const got = yield i * 2; if (got) i += got; } return "done"; }
function* guarded() { let log = ""; for (;;) { try { const x = yield log; log = "got " + x; } catch (e) { log = "caught " + e; } finally { log += "!"; } } }
function* closing() { try { for (let i = 0; ; i++) yield i; } finally { yield "cleaning"; console.log("closed"); } }
function* delegating(n) { let total = 0; for (let i = 0; i < n; i++) { const r = yield* numbers(i % 4); total += r.length; } return total; }
function* fib() { let [a, b] = [0, 1]; for (;;) { yield a; [a, b] = [b, a + b]; } }
function* values(a, b = a + 1, ...rest) { let state = [a, b, rest.length, arguments.length].join(); let d = 0.5; while (true) { d *= 1.5; const x = yield state; state = x + ":" + d; if (x === 3) return; } }

let sum = 0;
for (const x of numbers(300)) sum += x;
console.log(sum);
{ const g = numbers(500); let s = 0, r = g.next(); for (let i = 0; !r.done; i++) { s += r.value; r = g.next(i % 3); } console.log(s, r.value, JSON.stringify(g.next())); }
{ const g = guarded(); g.next(); let s = ""; for (let i = 0; i < 200; i++) s = i % 3 ? g.next(i).value : g.throw("t" + i).value; console.log(s, JSON.stringify(g.return(9)), JSON.stringify(g.next())); }
{ const g = closing(); let s = 0; for (let i = 0; i < 150; i++) s += g.next().value; console.log(s, JSON.stringify(g.return("r")), JSON.stringify(g.next()), JSON.stringify(g.next())); }
{ const g = delegating(150); let s = 0, r; while (!(r = g.next()).done) s += r.value; console.log(s, r.value); }
{ let s = 0, n = 0; for (const x of fib()) { if (++n > 70) break; s = x; } console.log(s); }
{ const g = values(1, undefined, 3, 4); const out = []; for (const x of [0, 1, 2, 3, 4]) { const r = g.next(x); out.push(r.value, r.done); } console.log(out.join(" ")); }
// Many generators at the same time, in turns.
{ const all = Array.from({ length: 12 }, (_, i) => numbers(40 + i)); let s = 0, open = all.length; while (open) { for (let i = 0; i < all.length; i++) { if (!all[i]) continue; const r = all[i].next(); if (r.done) { all[i] = null; open--; } else s = (s * 31 + r.value) | 0; } } console.log(s); }
// A generator resumed by others than the one that made it: a native, a hot function, itself.
{ const g = numbers(1000); const step = (x) => g.next(x).value; let s = 0; for (let i = 0; i < 200; i++) s += step(); [1, 2, 3].forEach(() => (s += step())); console.log(s); let self; function* again() { try { self.next(); } catch (e) { yield e.name; } } self = again(); console.log(self.next().value); }
// Spread, destructuring, Array.from and maps over generators.
{ const [a, , b = 5, ...rest] = numbers(6); console.log(a, b, rest.join(), [...numbers(4)].join(), Array.from(numbers(3), (x) => x + 1).join(), Math.max(...numbers(120)), new Map([...numbers(3)].map((x) => [x, x])).size); }
// Exceptions out of generators.
function* failing(n) { for (let i = 0; i < n; i++) yield i; throw new RangeError("failed at " + n); }
{ let s = 0; for (let i = 0; i < 130; i++) { try { for (const x of failing(i % 5)) s += x; } catch (e) { s += e.message.length; } } console.log(s); }

// Async.
const later = (x) => new Promise((resolve) => resolve(x));
const order = [];
async function add(a, b) { const x = await a, y = await later(b); return x + y; }
async function many(n) { let s = 0; for (let i = 0; i < n; i++) { s += await add(i, later(1)); if (i % 50 === 0) { try { await Promise.reject("r" + i); } catch (e) { s += e.length; } } } return s; }
async function* ticks(n) { try { for (let i = 0; i < n; i++) { const got = yield i; if (got) i += await got; } } finally { order.push("finally"); } }
async function walk(n) { let s = 0; for await (const x of ticks(n)) { if (x > 150) break; s += x; } for await (const x of [1, later(2), 3]) s += x; return s; }
async function throwing(i) { if (i % 2) await 0; throw new Error("e" + i); }
async function caught() { let s = ""; for (let i = 0; i < 150; i++) { try { await throwing(i); } catch (e) { s = e.message; } } return s; }
const arrow = async (x, ...rest) => { await null; return [x, this === undefined, rest.length].join(); };
async function parallel() { const all = await Promise.all(Array.from({ length: 120 }, async (_, i) => { for (let j = 0; j < i % 4; j++) await j; order.push(i); return i; })); return all.reduce((a, b) => a + b) + " " + order.slice(0, 8) + " " + order.slice(-4); }
async function main() {
  console.log(await many(160), await walk(300), await caught(), await arrow(1, 2, 3), await parallel());
  const g = ticks(10); console.log(JSON.stringify([await g.next(), await g.next(later(3)), await g.return("x"), await g.next()]), order.at(-1));
  const settled = await Promise.allSettled([throwing(1), throwing(2), add(1, 2)]); console.log(settled.map((r) => r.reason?.message ?? r.value).join());
}
main().then(() => console.log("end"));
console.log("begun");
