// What caches rely on changes while hot code uses it: shapes, prototypes, accessors, holes, lengths, globals.
const N = 160, AT = 140;
const log = [];
const say = (name, ...list) => console.log(name, list.join(" "));

// A property that moves to another shape, is deleted, comes back, becomes an accessor, becomes read-only.
function read(o) { return o.x; }
function write(o, v) { o.x = v; return o.x; }
{
  const out = [];
  for (let i = 0; i < N; i++) {
    const o = i < AT ? { x: i } : i % 4 === 0 ? { y: 0, x: i } : i % 4 === 1 ? { get x() { return -i; } } : i % 4 === 2 ? Object.create({ x: "inherited" }) : {};
    out.push(read(o));
  }
  say("read", out[0], ...out.slice(AT - 1));
}
{
  const out = [];
  for (let i = 0; i < N; i++) {
    const o = i < AT ? { x: 0 } : i % 4 === 0 ? Object.freeze({ x: "frozen" }) : i % 4 === 1 ? { set x(v) { this.got = v; }, get x() { return "got " + this.got; } } : i % 4 === 2 ? {} : Object.create({ set x(v) { log.push(v); } });
    out.push(write(o, i));
  }
  say("write", out[0], ...out.slice(AT - 1), log);
}
// The same object, changed between the rounds.
{
  const o = { a: 1, x: 2, b: 3 }, out = [];
  for (let i = 0; i < N; i++) {
    if (i === AT) delete o.x;
    if (i === AT + 2) Object.prototype.x = "from Object.prototype";
    if (i === AT + 4) { delete Object.prototype.x; o.x = "again"; }
    if (i === AT + 6) Object.defineProperty(o, "x", { get: () => "getter " + i });
    if (i === AT + 8) Object.setPrototypeOf(o, null);
    out.push(read(o));
  }
  say("same", ...out.slice(AT - 1));
}
// Methods of a prototype: replaced, shadowed, removed, the prototype's prototype exchanged.
{
  class A { m() { return "A"; } } class B extends A {} class C extends B {}
  const c = new C(), out = [];
  const call = (o) => o.m();
  for (let i = 0; i < N; i++) {
    if (i === AT) B.prototype.m = () => "B";
    if (i === AT + 2) c.m = () => "own";
    if (i === AT + 4) { delete c.m; delete B.prototype.m; }
    if (i === AT + 6) A.prototype.m = function () { return "A2"; };
    if (i === AT + 8) Object.setPrototypeOf(C.prototype, { m() { return "elsewhere"; } });
    if (i === AT + 10) Object.defineProperty(C.prototype, "m", { get() { return () => "by getter"; }, configurable: true });
    out.push(call(c));
  }
  say("methods", ...out.slice(AT - 1));
}
// Absent properties that appear in the prototype.
{
  const proto = {}, o = Object.create(proto), out = [];
  for (let i = 0; i < N; i++) { if (i === AT) proto.later = 1; if (i === AT + 3) delete proto.later; if (i === AT + 5) Object.prototype.later = 2; out.push(o.later); }
  delete Object.prototype.later;
  say("absent", ...out.slice(AT - 1));
}
// Adding stores: a setter or a read-only property appears above; the object is made non-extensible.
{
  const proto = {}, out = [];
  function Made(i) { this.p = i; this.q = i + 1; }
  Made.prototype = proto;
  for (let i = 0; i < N; i++) {
    if (i === AT) Object.defineProperty(proto, "q", { set(v) { this.viaSetter = v; }, configurable: true });
    if (i === AT + 3) Object.defineProperty(proto, "q", { value: "fixed", writable: false, configurable: true });
    if (i === AT + 6) delete proto.q;
    const made = new Made(i);
    out.push(Object.keys(made).join("+") + "=" + made.q);
  }
  say("adding", ...out.slice(AT - 1, AT + 8));
  const sealed = [];
  for (let i = 0; i < N; i++) { const o = { a: 1 }; if (i > AT) Object.preventExtensions(o); o.b = 2; sealed.push(Object.keys(o).length); }
  say("not extensible", sealed[0], sealed[AT], sealed[AT + 1]);
}
// Elements: holes, doubles, strings, lengths, sparse, frozen, inherited.
{
  const out = [], list = Array.from({ length: 8 }, (_, i) => i);
  const at = (a, i) => a[i];
  for (let i = 0; i < N; i++) {
    if (i === AT) delete list[3];
    if (i === AT + 2) Array.prototype[3] = "inherited";
    if (i === AT + 4) { delete Array.prototype[3]; list.length = 3; }
    if (i === AT + 6) { list.length = 5; list[4] = 1.5; }
    if (i === AT + 8) { list[1000000] = 1; list[3] = "sparse"; }
    if (i === AT + 10) list.length = 0;
    out.push(at(list, 3));
  }
  say("elements", ...out.slice(AT - 1));
}
{
  const put = (a, i, v) => { a[i] = v; return a[i] + ":" + a.length; };
  const out = [], list = [1, 2, 3], frozen = Object.freeze([1, 2, 3]), locked = Object.defineProperty([1, 2, 3], "length", { writable: false });
  for (let i = 0; i < N; i++) {
    if (i === AT) Object.defineProperty(Array.prototype, 4, { set(v) { log.push("set 4"); }, configurable: true });
    const a = i < AT ? list : [list, frozen, locked, [], "string", new Int8Array(2), { length: 3 }, [, , 1]][i % 8];
    out.push(put(a, i < AT ? i % 3 : i % 5, i < AT ? i : i + 0.5));
  }
  delete Array.prototype[4];
  say("stores", ...out.slice(AT - 2), log.length);
}
{
  const list = [], out = [];
  for (let i = 0; i < N; i++) { list[i] = i; if (i === AT) { list.length = 2; list[i] = "far"; } out.push(list.length); }
  say("appending", out[3], out[AT - 1], out[AT], out[N - 1], 100 in list);
  let sum = 0;
  for (let i = 0; i < list.length; i++) { if (i === 1) list.push(7); if (list[i] !== undefined) sum += Number(list[i]) || 0; }
  say("growing", sum, list.length);
}
// Globals: redefined, deleted, hidden by a lexical one of another script, turned into accessors.
globalThis.shared = 1;
function readShared() { return shared; }
{
  const out = [];
  for (let i = 0; i < N; i++) {
    if (i === AT) globalThis.shared = "two";
    if (i === AT + 2) Object.defineProperty(globalThis, "shared", { get() { return "accessor"; }, configurable: true });
    if (i === AT + 4) delete globalThis.shared;
    if (i === AT + 6) globalThis.shared = 3;
    let value;
    try { value = readShared(); } catch (e) { value = e.name; }
    out.push(value);
  }
  say("globals", ...out.slice(AT - 1));
}
{
  const out = [];
  const before = globalThis.parseInt;
  const use = (s) => parseInt(s, 10);
  for (let i = 0; i < N; i++) { if (i === AT) globalThis.parseInt = () => "replaced"; if (i === AT + 2) globalThis.parseInt = before; out.push(use("12")); }
  say("redefined", out[0], out[AT - 1], out[AT], out[AT + 2]);
}
// Built-ins that hot code relies on.
{
  const out = [], push = Array.prototype.push, iterate = Array.prototype[Symbol.iterator];
  for (let i = 0; i < N; i++) {
    const list = [1, 2, 3];
    if (i === AT) Array.prototype.push = function () { return "no push"; };
    if (i === AT + 2) { Array.prototype.push = push; Array.prototype[Symbol.iterator] = function* () { yield "x"; yield "y"; }; }
    if (i === AT + 4) Array.prototype[Symbol.iterator] = iterate;
    const [a, b] = list;
    let walked = "";
    for (const x of list) walked += x;
    out[i] = list.push(9) + "/" + a + b + "/" + walked + "/" + Math.max(...list);
  }
  say("built-ins", out[0], ...out.slice(AT - 1, AT + 6));
}
// Captured variables that others change, and a closure's environment per round.
{
  let shared = 0;
  const bump = () => { shared++; return shared; }, look = () => shared, closures = [];
  let sum = 0;
  for (let i = 0; i < N; i++) { sum += bump() + look(); closures.push(() => i + shared); if (i === AT) shared = -1000; }
  say("captured", sum, shared, closures[0](), closures[AT](), closures[N - 1]());
}
// The function that runs is replaced, and its code goes on.
{
  let self = function (n) { if (n === 3) self = () => "new"; return n > 5 ? "end" : self(n + 1); };
  const first = self(0);
  let hot = () => 1, out = [];
  for (let i = 0; i < N; i++) { if (i === AT) hot = Math.abs; if (i === AT + 2) hot = (x) => x * 2; if (i === AT + 4) hot = class { static s = 1; }; let v; try { v = hot(-i); } catch (e) { v = e.name; } out.push(v); }
  say("replaced", first, ...out.slice(AT - 1, AT + 6));
}
// Getters and valueOf that change what is being read.
{
  const o = { a: 1, get b() { delete this.a; this.c = 5; return 2; } };
  const out = [];
  for (let i = 0; i < N; i++) { o.a = i; out.push([o.a, o.b, o.a, o.c].join("")); }
  say("getter", out[0], out[1], out[N - 1]);
  const list = [1, 2, 3, 4], shrinking = { valueOf() { list.length = 1; return 2; } };
  const seen = [];
  for (let i = 0; i < N; i++) { list.length = 0; list.push(1, 2, 3, 4); seen.push(String(list[i < AT ? 2 : shrinking]) + list.length + (list[1] + shrinking)); }
  say("valueOf", seen[0], seen[AT - 1], seen[AT], seen[N - 1]);
}
