// Deep recursion across tiers: direct, mutual, through natives, getters, constructors, generators, callbacks; it ends in a RangeError
// that can be caught, after which everything still works.
// slow: deep
const WARM = 130;
const name = (f) => { try { f(); return "none"; } catch (e) { return e.constructor.name + ": " + e.message; } };
let depth = 0;
const endless = {
  direct() { depth++; return endless.direct() + 1; },
  mutual() { depth++; return endless.other() + 1; },
  other() { depth++; return endless.mutual() + 1; },
  arguments() { depth++; return endless.arguments(...arguments, 1); },
  constructor1() { depth++; return new (function C() { depth++; this.c = new C(); })(); },
  getter() { depth++; return endless.g; },
  get g() { depth++; return endless.g; },
  map() { depth++; return [1].map(endless.map); },
  toString1() { depth++; return "" + { toString: endless.toString1 }; },
  generator() { depth++; return [...(function* () { yield endless.generator(); })()]; },
  apply() { depth++; return endless.apply.call(null); },
  bound() { depth++; return endless.bound.bind(null)(); },
  proxy() { depth++; return new Proxy(endless.proxy, {})(); },
  try() { depth++; try { return endless.try(); } finally { depth++; } },
  spread() { depth++; return endless.spread(...[1, 2]); },
  replace() { depth++; return "a".replace(/a/, endless.replace); },
  sort() { depth++; return [2, 1].sort(endless.sort); },
};
for (const [kind, f] of Object.entries(Object.getOwnPropertyDescriptors(endless))) {
  if (!f.value) continue;
  depth = 0;
  const first = name(f.value);
  const deep = depth > 100;
  depth = 0;
  console.log(kind, first, deep, name(f.value) === first, depth > 100);
}
function ackermann(m, n) { return m === 0 ? n + 1 : n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }
console.log(ackermann(2, 9));
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
console.log(fib(17));
function isEven(n) { return n === 0 ? true : isOdd(n - 1); }
function isOdd(n) { return n === 0 ? false : isEven(n - 1); }
console.log(isEven(3000), isOdd(2999));
// Down and up again with values in every frame.
function down(n, a, b, c) {
  const mine = a + b * c, text = "n" + n;
  if (n === 0) return text;
  const below = down(n - 1, b, c, a + 0.5);
  return n % 500 === 0 ? below + "," + text + ":" + mine : below;
}
console.log(down(2500, 1, 2, 3));
// An overflow that is caught deep down, again and again.
let caught = 0;
function overflowing(n) { try { return overflowing(n + 1); } catch (e) { if (caught < 50) { caught++; return overflowing(n); } return "given up"; } }
console.log(overflowing(0), caught);
// Generators that contain one another.
function* nested(n) { if (n) { yield n; yield* nested(n - 1); } }
let sum = 0;
for (const x of nested(150)) sum += x;
console.log(sum);
