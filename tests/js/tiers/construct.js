// Constructors of every kind from hot and cold callers, with 0 to 20 arguments; what they return; new.target.
// slow: many rounds that allocate
const WARM = 120;
function Plain(a, b) { this.a = a; this.b = b; }
function Counting() { this.count = arguments.length; this.last = arguments[arguments.length - 1]; }
function Other() { this.x = 1; return { other: true }; }
function Primitive() { this.x = 2; return 5; }
function Target() { this.same = new.target === Target; }
class Base { constructor(...rest) { this.rest = rest.join("."); } get size() { return this.rest.length; } static make(...list) { return new this(...list); } }
class Derived extends Base { field = 1; constructor(a, b, c) { super(a, b, c); this.c = c; } }
class Implicit extends Derived { #secret = 5; static #count = 0; read() { Implicit.#count++; return this.#secret + Implicit.#count; } }
class Returning extends Base { constructor(o) { if (o) return o; super(); } }
class FromNull extends null { static test() { try { return new FromNull(); } catch (e) { return e.constructor.name; } } }
class MyArray extends Array { sum() { let s = 0; for (const x of this) s += x; return s; } }
class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; } }

const bound = Plain.bind(null, "first");
const proxy = new Proxy(Plain, { construct(target, list, newTarget) { return Reflect.construct(target, ["p", ...list], newTarget); } });
function show(o) { return Object.keys(o).map((k) => k + "=" + (typeof o[k] === "object" ? "{}" : o[k])).join(" "); }
function round(i) {
  return [
    show(new Plain(i)), show(new Plain(i, 2, 3)), show(new Counting(1, 2, 3, i)), show(new Counting()), show(new Other()), show(new Primitive()),
    show(new Target()), show(new Base(1, 2, i)), show(new Derived(1, 2, i)), new Implicit(4, 5, 6).read() > 5, show(new Returning({ r: i })), show(new Returning()),
    FromNull.test(), new MyArray(1, 2, 3).sum(), new MyArray(3).length, new MyError("m" + i).toString(), show(new bound(i)), show(new proxy(i)),
    show(Base.make(i, i)), Derived.make(1, 2, 3).size, new Date(2020, 0, 1 + i % 5).getFullYear(), new (class { constructor() { this.z = i; } })().z,
  ].join("; ");
}
let last = "";
for (let i = 0; i < WARM; i++) {
  const line = round(i);
  if (i < 2 || i === WARM - 1) console.log(line);
  last = line;
}
// More and fewer arguments than there are parameters.
const list = Array.from({ length: 20 }, (_, i) => i);
for (let n = 0; n <= 20; n++) {
  const make = new Function("C", "return new C(" + list.slice(0, n).join(", ") + ")");
  let made;
  for (let i = 0; i < WARM / 10; i++) made = make(Plain);
  console.log(n, show(made), show(make(Counting)), make(Base).rest, show(make(Derived)));
}
// What is no constructor, and calls of what can only be constructed: from hot code, the message with the name.
function attempt(f) { try { return f(); } catch (e) { return e.constructor.name + ": " + e.message.replace(/^(\(void 0\)|undefined|.*constructors? .*invoked)/, "..."); } }
const arrow = () => 1, method = { m() {} }.m;
for (let i = 0; i < WARM; i++) {
  const lines = [attempt(() => new arrow()), attempt(() => new method()), attempt(() => new (void 0)()), attempt(() => Base()), attempt(() => new Math.max()), attempt(() => Derived.call({})), attempt(() => new Proxy(class {}, {})())];
  if (i === WARM - 1) lines.forEach((line) => console.log(line));
}
// A prototype that is exchanged while instances are made.
function Shifting() { this.own = 1; }
const seen = [];
for (let i = 0; i < WARM; i++) {
  if (i === 60) Shifting.prototype = { kind: "second" };
  if (i === 90) Shifting.prototype = 7;
  const made = new Shifting();
  seen.push(made.kind === undefined ? (Object.getPrototypeOf(made) === Object.prototype ? "object" : "first") : made.kind);
}
console.log(seen[0], seen[59], seen[60], seen[89], seen[90], seen[119]);
