// Properties, classes, strings, destructuring and calls of methods in hot code, on few shapes and on many.
// slow: many rounds that allocate
const N = 160;
const shapes = [(v) => ({ x: v }), (v) => ({ a: 0, x: v }), (v) => ({ b: 0, a: 0, x: v }), (v) => ({ x: v, c: 1 }), (v) => ({ d: 1, x: v }), (v) => Object.assign(Object.create({ inherited: 1 }), { x: v }), (v) => { const o = {}; for (let i = 0; i < 40; i++) o["k" + i] = i; o.x = v; return o; }, (v) => { const o = { x: v, y: 1 }; delete o.y; return o; }, (v) => ({ get x() { return v; }, set x(w) { v = w; } }), (v) => new (class { x = v; })(), (v) => Object.defineProperty(function () {}, "x", { value: v, writable: true }), (v) => Object.defineProperty([], "x", { value: v, writable: true }), (v) => new Proxy({ x: v }, {}), () => "string", () => 5, () => Symbol("s")];
const get = (o) => o.x, set = (o, v) => { o.x = v; return o.x; }, bump = (o) => { o.x++; o.x += 2; return o.x--; }, call = (o) => o.toString === undefined ? "none" : typeof o.toString(), has = (o) => { try { return "x" in o; } catch (e) { return e.name; } }, drop = (o) => delete o.x, own = (o) => Object.hasOwn(o, "x"), index = (o) => o["x"] + typeof o[0];
for (const limit of [1, 2, 4, 16]) {
  const out = [];
  for (let i = 0; i < N; i++) { const o = shapes[i % limit](i); const line = []; for (const f of [get, (o) => set(o, i + 1), bump, has, index, own, drop, get]) { let v; try { v = f(o); } catch (e) { v = e.name; } line.push(String(v)); } out.push(line.join()); }
  console.log(limit, out[0], "|", out[limit - 1], "|", out[N - 1]);
}
// Methods, super, accessors, private names, statics.
class Shape { #id; static count = 0; static { this.made = "block"; } constructor(id) { this.#id = id; Shape.count++; } get id() { return this.#id; } set id(v) { this.#id = v * 2; } area() { return 0; } describe() { return this.constructor.name + this.#id + ":" + this.area(); } static is(o) { return #id in o; } #hidden() { return this.#id + 1; } reveal() { return this.#hidden(); } }
class Square extends Shape { constructor(id, s) { super(id); this.s = s; } area() { return this.s * this.s + super.area(); } describe() { return "square " + super.describe(); } }
class Circle extends Shape { r = 2; area() { return 3 * this.r ** 2; } get id() { return "c" + super.id; } set id(v) { super.id = v + 1; } }
let text = "", total = 0;
for (let i = 0; i < N; i++) { const s = i % 3 === 0 ? new Square(i, i % 5) : i % 3 === 1 ? new Circle(i) : new Shape(i); s.id = i; text = s.describe() + s.id + s.reveal() + Shape.is(s) + Shape.is({}); total += s.area(); if (i > N - 4) console.log(text); }
console.log(total, Shape.count, Shape.made);
// Strings: units, comparison, concatenation, keys that are computed.
function units(s) { let h = 0; for (let i = 0; i < s.length; i++) h = (h * 33 + s.charCodeAt(i) + (s[i] === "b" ? 1 : 0) + (s[i] < "m" ? 2 : 0)) | 0; return h + (s[s.length] === undefined ? 1 : 0) + s.at(-1); }
let rope = "";
for (let i = 0; i < 300; i++) { rope += "ab\u00e9\u4e2d"[i % 4] + i; if (i % 100 === 99) console.log(rope.length, units(rope), units(rope.slice(10, 40)), units("plain" + i)); }
const record = {};
for (let i = 0; i < N; i++) { const key = "k" + (i % 10); record[key] = (record[key] || 0) + i; record[i % 5] = i; record[Symbol.for("s" + (i % 2))] = i; record[`t${i % 3}`] ??= i; }
console.log(JSON.stringify(record), Object.getOwnPropertySymbols(record).length);
// Destructuring, spread, optional chaining, getters of arrays and maps.
function unpack({ a, b: { c = 5, ...d } = {}, ...e }, [f, , g = "g", ...h] = []) { return [a, c, Object.keys(d), Object.keys(e), f, g, h].join("/"); }
let unpacked = "";
for (let i = 0; i < N; i++) { unpacked = unpack({ a: i, b: i % 2 ? { c: i, x: 1 } : undefined, y: 1, z: 2 }, i % 3 ? [1, 2, undefined, 4, 5] : undefined); if (i > N - 4) console.log(unpacked); }
const chain = [null, undefined, { a: null }, { a: { b: () => 1 } }, { a: { b: null } }];
let chained = "";
for (let i = 0; i < N; i++) { const o = chain[i % 5]; let v; try { v = [o?.a?.b?.(), o?.a?.["b"], o?.x.y.z].join(); } catch (e) { v = e.name; } chained = v; if (i > N - 6) console.log(chained); }
const map = new Map(), set2 = new Set();
for (let i = 0; i < N; i++) { map.set(i % 17, (map.get(i % 17) ?? 0) + i); set2.add(i % 5 ? i % 11 : -0); if (map.has(40)) map.delete(40); }
console.log([...map.values()].join(), [...set2].join(), map.size);
// Array methods with callbacks of every tier.
const list = Array.from({ length: 150 }, (_, i) => (i * 37) % 101);
const cold = new Function("a", "b", "return a - b");
console.log(list.map((x) => x * 2).filter((x) => x % 3 === 0).reduce((a, b) => a + b, 0), list.slice().sort((a, b) => a - b).slice(0, 5).join(), list.slice().sort(cold).at(-1), list.some((x) => x > 99), list.every((x) => x < 101), list.findIndex((x) => x === 74), list.flatMap((x) => (x % 50 ? [] : [x, x])).length, list.indexOf(36), list.includes(100), list.join("").length);
// instanceof, typeof, in, comma, void, delete, conditional chains.
let flags = "";
for (let i = 0; i < N; i++) { const v = [1, "s", null, undefined, {}, [], () => {}, Symbol(), 1n, true, new Circle(1)][i % 11]; flags = typeof v + (v instanceof Object) + (v instanceof Shape) + (v === null ? "n" : v == null ? "u" : "v") + void v + (typeof undeclared, delete globalThis.nothing); if (i >= N - 11) console.log(flags); }
