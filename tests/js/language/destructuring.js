// Destructuring, spread, rest, defaults, and the order in which things happen.
const log = [];
const t = (name, value) => { log.push(name); return value; };
const { a = t("a", 1), b: { c = t("c", 2), ...rest } = t("b", { d: 3, e: 4 }), ...others } = { x: 9, y: 8 };
console.log(a, c, rest, others, log.join());
const [p, , q = 5, ...r] = [1, 2, undefined, 4, 5];
console.log(p, q, r);
let x = 1, y = 2;
[x, y] = [y, x];
({ x, y: [y] } = { x: x + 1, y: "yes" });
console.log(x, y);
const closing = { [Symbol.iterator]() { let n = 0; return { next() { log.push("next" + n); return { value: n++, done: false }; }, return() { log.push("return"); return {}; } }; } };
log.length = 0;
const [one, two] = closing;
console.log(one, two, log.join());
log.length = 0;
try { const [u = (() => { throw new Error("no"); })()] = { [Symbol.iterator]: () => ({ next: () => ({ value: undefined, done: false }), return() { log.push("closed"); } }) }; } catch (e) { console.log(e.message, log.join()); }
const f = ({ a, b = a }, [c, d] = [b, a], ...[g, h]) => [a, b, c, d, g, h];
console.log(f({ a: 1 }), f({ a: 1, b: 2 }, "xy", 3, 4), f.length);
console.log(Math.max(...[1, 5, 3], ...new Set([9, 2])), [..."añ😀"], { ...{ a: 1 }, ...null, ..."hi", a: 2 });
const target = {};
[target.a, target["b"], [target.c] = [7]] = [1, 2];
console.log(target);
for (const [k, { v = "default" } = {}] of new Map([["m", { v: 1 }], ["n", undefined]])) console.log(k, v);
for (const bad of [() => { const [z] = null; }, () => { const { z } = undefined; }, () => { const [z] = 5; }, () => { [] = {}; }]) try { bad(); } catch (e) { console.log(e.name); }
try { throw { code: 7, more: [1, 2] }; } catch ({ code, more: [, last] }) { console.log(code, last); }
function order({ [t("key1", "k")]: v1 = t("def1", 1), [t("key2", "k2")]: v2 = t("def2", 2) }) { return [v1, v2]; }
log.length = 0;
console.log(order({ get k() { log.push("get k"); }, k2: 5 }), log.join());
