// Exceptions through every pair of tiers: thrown and caught in hot and cold functions, natives, generators, getters, constructors.
// slow: many rounds that allocate
const WARM = 130;
function heated(f, ...list) { for (let i = 0; i < WARM; i++) { try { f(...list); } catch {} } return f; }
const message = (f, ...list) => { try { return "= " + f(...list); } catch (e) { return e instanceof Error ? e.name + ": " + e.message : "thrown " + String(e); } };

const throwers = {
  value: () => (x) => { throw x; },
  error: () => (x) => { throw new RangeError("bad " + x); },
  type: () => (x) => x.missing.deeper,
  call: () => (x) => x.missing(),
  reference: () => new Function("x", "return notDefinedAnywhere + x"),
  tdz: () => (x) => { if (x) { y; } let y = 1; return y; },
  constant: () => new Function("x", "const c = 1; c = x; return c"),
  native: () => (x) => "a".repeat(-x),
  callback: () => (x) => [1, 2, 3].map((v) => { if (v === 2) throw "in callback " + x; return v; }),
  getter: () => { const o = { get g() { throw "in getter"; } }; return () => o.g; },
  setter: () => { const o = { set s(v) { throw "in setter " + v; } }; return (x) => { o.s = x; }; },
  conversion: () => { const o = { valueOf() { throw "in valueOf"; } }; return (x) => o + x; },
  compare: () => { const o = { valueOf() { throw "in valueOf of <"; } }; return (x) => (o < x ? 1 : 2); },
  bigint: () => (x) => 1n + x,
  symbol: () => (x) => Symbol("s") + x,
  iterator: () => () => { const [a] = { [Symbol.iterator]() { throw "no iterator"; } }; return a; },
  "not iterable": () => () => { for (const y of 3) return y; },
  generator: () => { function* g(x) { yield 1; throw "from generator " + x; } return (x) => [...g(x)].length; },
  construct: () => { class C { constructor(x) { throw "from constructor " + x; } } return (x) => new C(x); },
  derived: () => { class C extends Object { constructor() { return this; } } return () => new C(); },
  "private": () => { class C { #p = 1; static read(o) { return o.#p; } } return () => C.read({}); },
  proxy: () => { const p = new Proxy({}, { get(_, key) { throw "trap " + String(key); } }); return () => p.x; },
  instanceof: () => (x) => ({}) instanceof x,
  in: () => (x) => "a" in x,
  null: () => { const n = null; return () => n.x; },
  "with": () => new Function("x", "with ({ get y() { throw 'in with'; } }) { return y; }"),
  eval: () => new Function("x", "return eval('throw x + 1')"),
  frozen: () => { const o = Object.freeze({ a: 1 }); return function (x) { "use strict"; o.a = x; }; },
};

// Catchers: plain, with finally, rethrowing, in loops, through a native, in a generator, two frames away.
const catchers = {
  plain: (f) => (x) => { try { return "= " + f(x); } catch (e) { return "caught " + (e.message ?? e); } },
  "no binding": (f) => (x) => { try { return "= " + f(x); } catch { return "caught"; } },
  finally: (f) => (x) => { let log = ""; try { try { log += f(x); } finally { log += "finally "; } } catch (e) { log += e.message ?? e; } return log; },
  "return in finally": (f) => (x) => { try { f(x); } finally { return "overridden"; } },
  "break in finally": (f) => (x) => { for (;;) { try { f(x); } finally { break; } } return "broken"; },
  "continue in finally": (f) => (x) => { let n = 0; for (let i = 0; i < 3; i++) { try { f(x); } finally { n++; continue; } } return n; },
  rethrow: (f) => (x) => { try { try { f(x); } catch (e) { throw "again " + (e.message ?? e); } } catch (e) { return e; } },
  native: (f) => (x) => { try { return [x].map(f)[0]; } catch (e) { return "through map: " + (e.message ?? e); } },
  sort: (f) => (x) => { try { return [2, 1].sort(() => f(x)).length; } catch (e) { return "through sort: " + (e.message ?? e); } },
  generator: (f) => { function* g(x) { try { yield f(x); } catch (e) { yield "in generator: " + (e.message ?? e); } } return (x) => g(x).next().value; },
  loop: (f) => (x) => { let n = 0; for (let i = 0; i < 5; i++) { try { if (i % 2) f(x); n += 10; } catch { n++; } } return n; },
  "two away": (f) => { const inner = (x) => f(x); const middle = (x) => inner(x) + 1; return (x) => { try { return middle(x); } catch (e) { return "from below: " + (e.message ?? e); } }; },
};

for (const [name, make] of Object.entries(throwers)) {
  const cold = message(make(), 3), hot = message(heated(make(), 3), 3);
  console.log(name, "|", cold, cold === hot ? "" : "BUT HOT " + hot);
  for (const [how, catcher] of Object.entries(catchers)) {
    const lines = [catcher(make()), catcher(heated(make(), 3)), heated(catcher(make()), 3)].map((f) => String(f(3)));
    if (new Set(lines).size !== 1) console.log("  differs:", how, lines.join(" / "));
    if (name === "error" || name === "value") console.log("  ", how, lines[0]);
  }
}

// Registers are what they were when it was thrown.
function state(n) {
  let a = 1, b = 2.5, c = "c", d = null;
  try { for (let i = 0; i < n; i++) { a += i; b *= 1.5; c += i; d = { i }; if (i === 4) undefinedFunction(); } } catch (e) { return [a, b, c, d.i, e.name].join(); }
  return [a, b, c, d && d.i].join();
}
heated(state, 3);
console.log(state(3), state(4), state(5), state(9));
// An exception in the middle of a hot loop that is not called again.
let total = 0;
for (let i = 0; i < 400; i++) {
  try { if (i % 50 === 49) throw i; total += 1; } catch (e) { total += e * 1000; } finally { total += 0.5; }
}
console.log(total);
// The stack of an error names functions of every tier, the innermost first.
function outer() { return middle(); }
function middle() { return [1].map(inner)[0]; }
function inner() { return new Error("here").stack.split("\n").slice(1).map((line) => line.trim().split(" ")[1]).filter((name) => /^(inner|middle|outer)$/.test(name)).join(" < "); }
const coldStack = outer();
for (let i = 0; i < WARM; i++) outer();
console.log(coldStack, outer() === coldStack);
