// Statements: try and finally in all ways out, switch, labels, loops, completion.
const out = [];
function f(n) {
  try { out.push("try" + n); if (n === 1) return "r1"; if (n === 2) throw new Error("e2"); if (n === 3) return (() => { throw new Error("e3"); })(); return "r0"; }
  catch (e) { out.push("catch " + e.message); if (n === 3) throw new TypeError("again"); return "caught"; }
  finally { out.push("finally"); if (n === 4) return "override"; }
}
for (let n = 0; n < 5; n++) try { out.push(f(n)); } catch (e) { out.push(e.name); }
console.log(out.join(" "));
function nested() { for (let i = 0; i < 3; i++) { try { try { if (i === 1) continue; if (i === 2) break; out.push(i); } finally { out.push("in" + i); } } finally { out.push("out" + i); } } return "end"; }
out.length = 0;
console.log(nested(), out.join());
function sw(x) { switch (x) { default: return "default"; case 1: case "1": return "one" + typeof x; case NaN: return "never"; case null: return "null"; case x > 5 && x: return "big"; } }
console.log([1, "1", NaN, null, 7, 3, undefined].map(sw).join());
function fall(x) { let s = ""; switch (x) { case 1: s += 1; case 2: s += 2; break; default: s += "d"; case 3: s += 3; } return s; }
console.log(fall(1), fall(2), fall(3), fall(4));
a: { b: { if (out.length) break a; } console.log("not here"); }
let s = 0; do { s++; if (s === 2) continue; } while (s < 5); while (s --> 0) if (s % 2) continue; console.log(s);
for (const k in { b: 1, a: 2, 2: 3, 1: 4, __proto__: { inherited: 5, a: 6 } }) s += " " + k;
console.log(s, [...(function* () { for (const x of [1, 2, 3]) { try { yield x; } finally { yield "f" + x; } } })()].join());
console.log(eval("1; if (false) {} "), eval("do { 5; break; } while (0)"), eval("l: { 3; break l; }"), eval("var q = 1"), eval("switch (1) { case 1: 'x'; }"), eval("try { 1 } finally { 2 }"));
const g = (function* () { try { const r = yield 1; out.push("got " + r); yield 2; } catch (e) { out.push("c " + e); yield 3; } finally { out.push("fin"); } })();
out.length = 0;
console.log(g.next().value, g.next("v").value, g.throw("t").value, JSON.stringify(g.return("ret")), JSON.stringify(g.next()), out.join());
function* delegate() { const r = yield* (function* () { yield 1; try { yield 2; } finally { out.push("inner closed"); } return "r"; })(); yield r; }
console.log([...delegate()].join()); { const d = delegate(); d.next(); d.next(); console.log(d.return(5).value, out.at(-1)); }
if (true) function conditional() {} console.log(typeof conditional);
var i = 0; for (;;) { if (++i > 3) break; } for (var j = 0, k = 10; j < k; j++, k--); console.log(i, j, k);
console.log(((a, b) => { try { return a; } finally { a = b; } })(1, 2), (() => { for (const x of [1]) { try { return "x"; } finally { continue; } } return "y"; })());
console.log(void 0 ?? "nullish", 0 || "or", 0 ?? "kept", null?.x, undefined?.[0]?.(), ({ a: { b() { return this.c; }, c: 3 } }).a?.b(), delete {}.x, typeof undeclared);
let n = null; n ??= 4; n ||= 5; n &&= 6; console.log(n, (1, 2), `t${1 + 1}${[1, 2]}`, ((s, ...v) => s.raw.join("|") + v)`a${1}\n${2}`);
