// Variables that closures share, per-iteration bindings, TDZ, hoisting.
const makers = [];
for (let i = 0; i < 3; i++) makers.push({ get: () => i, add: () => ++i });
makers[0].add(); makers[0].add(); makers[1].add();
console.log(makers.map((m) => m.get()));
var shared = [];
for (var v = 0; v < 3; v++) shared.push(() => v);
console.log(shared.map((f) => f()));
function counter() { let n = 0; return { up() { return ++n; }, get value() { return n; } }; }
const a = counter(), b = counter();
a.up(); a.up(); b.up();
console.log(a.value, b.value);
console.log(typeof hoisted, hoisted(), typeof notYet);
function hoisted() { return "hoisted"; }
var notYet = 1;
try { early; let early = 1; } catch (e) { console.log(e.name, e.message); }
try { (() => later)(); let later = 1; } catch (e) { console.log(e.name, e.message); }
try { const c = 1; c = 2; } catch (e) { console.log(e.name, e.message); }
{ function inner() { return 1; } }
console.log(typeof inner);
const self = function me(n) { me = 5; return n ? n + me(n - 1) : 0; };
console.log(self(4));
function defaults(a, b = () => a, c = b()) { var a = 9; return [a, b(), c, arguments.length]; }
console.log(defaults(1), defaults.length);
switch (3) { case 1: let x = 1; case 3: try { x; } catch (e) { console.log(e.message); } }
const deep = (a) => (b) => (c) => (d) => [a, b, c, d].join();
console.log(deep(1)(2)(3)(4));
label: for (let i = 0; ; i++) { for (let j = 0; ; j++) { if (j > 2) continue label; if (i > 2) break label; makers.push(() => i * 10 + j); } }
console.log(makers.slice(3).map((f) => f()));
console.log((function () { return typeof this; })(), (function () { "use strict"; return typeof this; })(), (function () { return typeof this; }).call(5));
console.log(eval("var fromEval = 7; fromEval + 1"), fromEval, (0, eval)("typeof makers"), (() => { "use strict"; eval("var hidden = 1"); return typeof hidden; })());
function dynamic(code) { let local = "l"; eval(code); return [local, typeof made]; }
console.log(dynamic("local = 'changed'; var made = 1"));
with ({ inside: 1, makers: "shadow" }) { console.log(inside, makers); inside = 2; }
