// Constructors and getters that optimized code calls straight away.
"use strict";
const out = [];
function check(name, made) { out.push(`${name}: ${made}`); }

class Point {
  constructor(x, y) { this.x = x; this.y = y; }
  get sum() { return this.x + this.y; }
  get broken() { if (this.x > 400) throw new RangeError(`x is ${this.x}`); return 1; }
}
class Far extends Point {
  constructor(x, y, z) { super(x, y); this.z = z; }
  get sum() { return super.sum + this.z; }
}
function Old(value) { if (!new.target) return "called"; this.value = value; }
Old.prototype.twice = function () { return 2 * this.value; };
function Other(value) { this.value = value; if (value % 3 === 0) return { value: -value }; return value; }
class Bad extends Point {
  constructor(x) { if (x < 450) super(x, x); if (x > 490) return 7; }
}
class Spare extends Point { constructor(x) { super(x, 1); return x % 2 ? undefined : { sum: x }; } }

function points(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += new Point(i, 2 * i).sum;
  return sum;
}
function far(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += new Far(i, 1, 2).sum;
  return sum;
}
function old(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += new Old(i).twice() + new Other(i).value;
  return sum;
}
function spare(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += new Spare(i).sum;
  return sum;
}
// Missing and surplus arguments, new.target of another class, constructors that come and go.
function odd(count, make) {
  let text = "";
  for (let i = 0; i < count; i++) {
    const made = new make(i, i, i, i, i);
    if (i % 97 === 0) text += `${made.x} ${made.y} ${made.sum};`;
  }
  return text;
}
function throws(count) {
  const seen = new Map();
  for (let i = 0; i < count; i++) {
    try {
      const point = new Point(i, i);
      point.broken;
      new Bad(i);
    } catch (e) {
      seen.set(e.name + ": " + e.message.replace(/\d+/, "N"), i);
    }
  }
  return [...seen].join(" ");
}
function nest(depth) {
  this.depth = depth;
  this.inner = depth > 0 ? new nest(depth - 1) : null;
}
class Tree { constructor(depth) { this.left = depth ? new Tree(depth - 1) : null; } get size() { return 1 + (this.left ? this.left.size : 0); } }

for (let round = 0; round < 4; round++) {
  check("points", points(500));
  check("far", far(500));
  check("old", old(500));
  check("spare", spare(300));
  check("odd", odd(200, round % 2 ? Far : Point));
  check("reflect", Reflect.construct(Point, [1, 2], Far).sum);
  check("throws", throws(500));
  check("nest", new nest(40).inner.inner.depth);
  check("tree", new Tree(60).size);
}
// A getter that becomes a value, another function, and nothing.
function sums(of, count) { let sum = 0; for (let i = 0; i < count; i++) sum += of.sum; return sum; }
const point = new Point(3, 4);
check("before", sums(point, 300));
Object.defineProperty(Point.prototype, "sum", { get() { return this.x * this.y; }, configurable: true });
check("replaced", sums(point, 300));
Object.defineProperty(Point.prototype, "sum", { get: undefined, configurable: true });
check("undefined", sums(point, 3));
Object.defineProperty(Point.prototype, "sum", { value: 5, configurable: true });
check("value", sums(point, 300));
// What a prototype property says is looked at for each object.
function make(count) { let last; for (let i = 0; i < count; i++) last = new Old(i); return last; }
check("prototype", Object.getPrototypeOf(make(300)) === Old.prototype);
Old.prototype = { twice() { return "other"; } };
check("new prototype", make(300).twice());
Old.prototype = 7;
check("no prototype", Object.getPrototypeOf(make(300)) === Object.prototype);
check("called", Old(1));
try { for (let i = 0; i < 300; i++) { const f = i < 299 ? Old : check.bind; new f(i); } } catch (e) { check("last", e.name); }
try { Point(1, 2); } catch (e) { check("class", e.message); }
console.log(out.join("\n"));
