// 0 to 20 arguments from callers of every tier to callees of every kind: fewer than there are parameters, as many, more.
// slow: every caller is made hot
const WARM = 120;
const names = Array.from({ length: 20 }, (_, i) => "p" + i);
const args = (n) => Array.from({ length: n }, (_, i) => i * 3 + 1).join(", ");

// What a callee got, in one line: count where it is known, sum, the last one that is not undefined.
const body = "let sum = 0, last; for (const p of [" + names.join(", ") + "]) if (p !== undefined) { sum += p; last = p; } return sum + ':' + last;";
const fresh = () => new Function(...names, body);
const seven = () => new Function(...names.slice(0, 7), "return [p0, p1, p2, p3, p4, p5, p6].join('|')");
const counting = () => new Function("return arguments.length + ':' + (arguments.length ? arguments[arguments.length - 1] : 'none')");
const rest = () => new Function("a", "b", "...rest", "return a + '/' + b + '/' + rest.join(',')");
const strict = () => new Function("a", "'use strict'; return typeof this + ':' + a + ':' + arguments.length");
const sloppy = () => new Function("a", "return typeof this + ':' + a");
const defaults = () => new Function("a = 7", "b = a + 1", "return a * 1000 + b");

function heated(f, times = WARM) {
  for (let i = 0; i < times; i++) f(1, 2, 3);
  return f;
}

const kinds = {
  interpreter: fresh,
  baseline: () => heated(fresh()),
  "few parameters": () => heated(seven()),
  arguments: () => heated(counting()),
  rest: () => heated(rest()),
  strict: () => heated(strict()),
  sloppy: () => heated(sloppy()),
  defaults: () => heated(defaults()),
  "native max": () => Math.max,
  "native of": () => (...list) => Array.of.apply(Array, list).length,
  "native concat": () => String.prototype.concat.bind("s"),
  bound: () => heated(fresh()).bind(null, 100, 200),
  "bound native": () => Math.min.bind(Math, 5),
  proxy: () => new Proxy(heated(fresh()), {}),
  "trapping proxy": () => new Proxy(fresh(), { apply: (target, self, list) => "trap " + list.length + " " + Reflect.apply(target, self, list) }),
  arrow: () => heated((a, b, c) => (a ?? "-") + "," + (b ?? "-") + "," + (c ?? "-")),
  "caught in a closure": () => { let calls = 0; return heated((a) => { calls++; return calls + ":" + a; }); },
};

// A caller for each number of arguments, of each way to call.
const ways = {
  plain: (n) => new Function("f", "return f(" + args(n) + ")"),
  method: (n) => new Function("f", "const o = { f }; return o.f(" + args(n) + ")"),
  element: (n) => new Function("f", "const o = [f]; return o[0](" + args(n) + ")"),
  spread: (n) => new Function("f", "return f(...[" + args(n) + "])"),
  call: (n) => new Function("f", "return f.call(null" + (n ? ", " : "") + args(n) + ")"),
  apply: (n) => new Function("f", "return f.apply(undefined, [" + args(n) + "])"),
  reflect: (n) => new Function("f", "return Reflect.apply(f, null, [" + args(n) + "])"),
};

function digest(text) {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return hash >>> 0;
}

for (const [kind, make] of Object.entries(kinds)) {
  const seen = [];
  for (const [way, caller] of Object.entries(ways)) {
    for (const n of [0, 1, 2, 3, 6, 7, 8, 19, 20]) {
      const cold = caller(n), f = make();
      const first = cold(f);
      const second = typeof first === "string" && kind === "caught in a closure" ? first : cold(f);
      if (String(first) !== String(second)) console.log("differs", kind, way, n, first, second);
      seen.push(kind === "caught in a closure" ? cold(f) : first);
    }
  }
  console.log(kind, seen[0], seen[4], seen[8], digest(seen.join(";")));
}

// Every number of arguments, both sides hot.
for (let n = 0; n <= 20; n++) {
  const caller = ways.plain(n), callee = fresh();
  let result;
  for (let i = 0; i < WARM; i++) result = caller(callee);
  console.log(n, result, caller(counting()), caller(seven()), caller(rest()));
}
