// Messages of errors that programs see most.
const attempts = [
  () => undefinedName, () => null.x, () => undefined.foo.bar, () => (void 0)(), () => ({}).x(), () => { const o = {}; o.a.b = 1; }, () => null[Symbol.iterator],
  () => new (() => {})(), () => new 5(), () => { "use strict"; undeclared = 1; }, () => { "use strict"; Object.freeze([1]).push(2); }, () => { "use strict"; delete Object.freeze({ a: 1 }).a; },
  () => { "use strict"; Object.defineProperty({}, "x", { value: 1 }).x = 2; }, () => [...5], () => { for (const x of {}) ; }, () => new Map([1]), () => "x" in "y", () => ({}) instanceof 5,
  () => Symbol() + 1, () => BigInt(1.5), () => new Array(-1), () => "a".repeat(-1), () => (1).toFixed(101), () => JSON.parse("{bad"), () => decodeURIComponent("%"), () => new RegExp("("),
  () => Object.defineProperty(1, "x", {}), () => Reflect.ownKeys(1), () => [].reduce((a) => a), () => { class A { constructor() { this.x; } } A(); }, () => structuredClone(() => {}), () => eval("let a; let a"), () => eval("1 +"),
  () => { const f = () => f(); f(); }, () => { throw new Error("with cause", { cause: "c" }); }, () => new Proxy({}, null), () => Promise.resolve.call(1), () => { let { a } = null; },
];
for (const attempt of attempts) {
  try { attempt(); console.log("no error"); } catch (e) { console.log(e instanceof Error, e.name); }
}
function outer() { inner(); }
function inner() { throw new RangeError("deep"); }
try { outer(); } catch (e) { console.log(e.stack.split("\n").slice(0, 3).map((l) => l.replace(/\(.*[/\\]/, "(").trim()).join(" | ")); }
const e = new AggregateError([1, 2], "many", { cause: 3 });
console.log(e.errors, e.cause, e.message, Object.prototype.toString.call(e), String(new TypeError("t")), String(new Error()));
console.log(Object.getOwnPropertyNames(new Error("m")).sort().join(), new Error("a", {}).hasOwnProperty("cause"));
