// eval and with in hot code, arguments that alias parameters, closures per round, TDZ, names that are declared late.
// slow: many rounds that allocate
const N = 150;
function direct(i) { let local = i; eval("local += 1; var made = local * 2"); return local + made; }
function strictEval(i) { "use strict"; let local = i; eval("var made1 = 5; local += made1"); return local + typeof made1; }
const indirect = (0, eval);
function withObject(o, i) { with (o) { x += i; y = x; return x + (typeof z === "undefined" ? 0 : z); } }
function aliasing(a, b) { arguments[0] = a + 10; b = b + 1; arguments[2] = "extra"; return [a, arguments[1], arguments.length, arguments[2]].join(); }
function strictArguments(a) { "use strict"; arguments[0] = 7; a += 1; return a + "," + arguments[0]; }
function defaultsArguments(a = 1) { arguments[0] = 9; return a + "," + arguments.length; }
function leaking() { return arguments; }
function writing(a, b) { const keep = arguments; a = "new"; delete keep[1]; b = "gone"; return keep[0] + "," + keep[1] + "," + keep.length; }
function forwarding() { return Math.max.apply(Math, arguments) + arguments.length + [...arguments].length; }
function evalArguments(a) { eval("arguments[0] = a + 5"); return a; }
function shadow(x) { { let x = 5; x++; { const x = "inner"; if (x.length !== 5) return "wrong"; } if (x !== 6) return "wrong"; } return x; }
function dead(i) { try { if (i % 2) return late; let other = late; let late = 1; return other; } catch (e) { return e.name; } }
function deadClosure(i) { const f = () => value; if (i % 2) { try { f(); } catch (e) { return e.message; } } let value = i; return f(); }
function switchScope(i) { switch (i % 3) { case 0: let a = "zero"; return a; case 1: try { a = 1; } catch (e) { return e.name; } default: return typeof i; } }
function evalScope(i) { var x = "outer"; { let x = "block"; eval(i % 2 ? "x = 'changed'" : ""); if (x !== (i % 2 ? "changed" : "block")) return "wrong"; } return x; }
function evalFunction(i) { eval("function f() { return " + (i % 3) + "; }"); return f(); }
function catching(i) { let e = "outer"; try { throw i; } catch (e) { var inside = e; e = "changed"; } return e + inside; }
function loopEval(n) { let s = 0; for (let i = 0; i < n; i++) { s += eval("i * 2"); if (i === 5) eval("s += 1000"); } return s; }
function named() { const f = function self(n) { self = null; return n ? self(n - 1) + 1 : 0; }; return f(3); }
function thisOf() { return typeof this + (this === globalThis); }
function newTarget() { return new.target === undefined ? "called" : "constructed"; }
const seen = {};
for (let i = 0; i < N; i++) {
  const object = { x: i, y: 0, ...(i > 140 ? { z: 5 } : {}) };
  const values = {
    direct: direct(i), strictEval: strictEval(i), with: withObject(object, 1) + object.y, aliasing: aliasing(i, i, i), few: aliasing(i),
    strictArguments: strictArguments(i), defaultsArguments: defaultsArguments(), given: defaultsArguments(i), leaking: leaking(i, 2, 3).length + leaking(4)[0],
    writing: writing(1, 2), forwarding: forwarding(3, i, 9), evalArguments: evalArguments(i), shadow: shadow(i), dead: dead(i), deadClosure: deadClosure(i),
    switchScope: switchScope(i), evalScope: evalScope(i), evalFunction: evalFunction(i), catching: catching(i), named: named(), newTarget: newTarget() + typeof new newTarget(),
    thisOf: thisOf() + thisOf.call(5) + thisOf.call(null) + thisOf.call("s"), indirect: indirect("typeof object") + indirect("1 + " + i),
  };
  for (const [name, value] of Object.entries(values)) (seen[name] ??= []).push(value);
}
for (const [name, list] of Object.entries(seen)) console.log(name, list[0], list[1], list[2], "...", list[N - 2], list[N - 1]);
console.log(loopEval(200));
// Functions and classes made in rounds keep their own variables.
const made = [];
for (let i = 0; i < N; i++) { class C { static n = i; get() { return i; } } const add = (x) => x + i; made.push([new C(), C, add]); }
console.log(made[3][0].get(), made[149][1].n, made[7][2](100), made.reduce((s, [o]) => s + o.get(), 0));
// eval that introduces a variable into a hot function later.
function late(code) { var before = typeof introduced; eval(code); return before + " " + typeof introduced + " " + (() => typeof introduced)(); }
let states = [];
for (let i = 0; i < N; i++) states.push(late(i < 140 ? "" : "var introduced = 1"));
console.log(states[0], "/", states[139], "/", states[140]);
