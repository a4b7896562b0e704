// Classes: fields, private names, accessors, static blocks, inheritance, super.
class Point {
  static #count = 0;
  #x; #y = 2;
  z = this.#y * 10;
  static made() { return Point.#count; }
  constructor(x) { this.#x = x; Point.#count++; }
  get x() { return this.#x; }
  set x(v) { this.#x = v; }
  #secret() { return `secret ${this.#x}`; }
  tell() { return this.#secret(); }
  static is(o) { return #x in o; }
  ["comp" + "uted"]() { return "computed"; }
  static { this.ready = this.name + " ready"; }
  *[Symbol.iterator]() { yield this.#x; yield this.#y; }
}
const p = new Point(1);
p.x = 5;
console.log(p.x, p.z, p.tell(), Point.made(), Point.is(p), Point.is({}), p.computed(), Point.ready, [...p]);
class Named extends Point {
  name = "n";
  constructor(...args) { const before = () => super.tell(); super(...args); this.before = before; }
  tell() { return "named " + super.tell() + " " + this.before(); }
  static made() { return "over " + super.made(); }
  toString() { return `${super.toString()}!`; }
}
const n = new Named(8);
console.log(n.tell(), Named.made(), `${n}`, n instanceof Point, Object.getPrototypeOf(Named) === Point, Named.name, Named.length, Point.length);
class List extends Array { sum() { return this.reduce((a, b) => a + b, 0); } get [Symbol.toStringTag]() { return "L"; } }
const l = List.from([1, 2, 3]).map((x) => x * 2);
console.log(l.sum(), l.length, l instanceof List, Array.isArray(l), String(Object.prototype.toString.call(l)));
for (const f of [
  () => Point(), () => new (class extends Point { constructor() {} })(), () => Point.prototype.tell.call({}), () => new (class extends null {})(),
  () => { class A extends (class { constructor() { return 1; } }) { constructor() { super(); super(); } } new A(); },
  () => { class B extends 5 {} }, () => { Point.prototype.x; }, () => { class C { static #m() {} static t() { C.#m = 1; } } C.t(); }, () => { new (class { #a = 1; constructor(o) { return o; } })({}); },
]) { try { console.log("fine", f()); } catch (e) { console.log(e.name, "-", e.message); } }
const Mixed = (Base) => class extends Base { mixed = true; };
console.log(new (Mixed(Named))(3).mixed, typeof class {}, (class { static x = this.name; }).x, (class Foo { static y = Foo.name; }).y);
const o = { __proto__: { hi() { return "proto hi"; } }, hi() { return super.hi() + "!"; }, get a() { return 1; }, set a(v) { this._a = v; }, async b() {}, *c() {}, 1e3: "n", [`k${1}`]: 2 };
o.a = 4;
console.log(o.hi(), o._a, Object.keys(o), Object.getOwnPropertyDescriptor(o, "a").get.name, o.b.name, o.c.name);
class Acc { static accessorCount = 0; static get v() { return ++this.accessorCount; } }
console.log(Acc.v, Acc.v, Object.getOwnPropertyNames(class { static a() {} static b = 1; }));
console.log((function () { return new.target; })(), new (function F() { this.t = new.target.name; })().t);
