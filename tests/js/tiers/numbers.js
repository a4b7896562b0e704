// Arithmetic in hot code that leaves int32: overflow, -0, NaN, division, remainders, shifts, conversions, BigInt, strings.
// slow: many rounds that allocate
const edges = [0, -0, 1, -1, 2, 7, -7, 0.5, -0.5, 1.5, 31, 32, 33, 2147483647, -2147483648, 2147483648, 4294967295, 4294967296, -2147483649, 9007199254740991, 9007199254740992, 1e21, -1e21, 1e300, 5e-324, Infinity, -Infinity, NaN];
const others = [undefined, null, true, false, "", "5", " 12 ", "x", "0x10", [], [3], {}, { valueOf: () => 4 }, { toString: () => "6" }];
const binary = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "%": (a, b) => a % b, "**": (a, b) => a ** b,
  "&": (a, b) => a & b, "|": (a, b) => a | b, "^": (a, b) => a ^ b, "<<": (a, b) => a << b, ">>": (a, b) => a >> b, ">>>": (a, b) => a >>> b,
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a == b, "!=": (a, b) => a != b, "===": (a, b) => a === b, "!==": (a, b) => a !== b,
  "if <": (a, b) => { if (a < b) return 1; return 2; }, "if <=": (a, b) => { if (a <= b) return 1; return 2; }, "if >": (a, b) => { if (a > b) return 1; return 2; }, "if >=": (a, b) => { if (a >= b) return 1; return 2; },
  "not <": (a, b) => { if (!(a < b)) return 1; return 2; }, "not >=": (a, b) => { if (!(a >= b)) return 1; return 2; }, "if ==": (a, b) => { if (a == b) return 1; return 2; }, "if ===": (a, b) => { if (a === b) return 1; return 2; }, "if !==": (a, b) => { if (a !== b) return 1; return 2; },
};
const unary = {
  "-": (a) => -a, "+": (a) => +a, "~": (a) => ~a, "!": (a) => !a, "++": (a) => { let x = a; x++; return x; }, "--": (a) => { let x = a; return x-- + "," + x; }, typeof: (a) => typeof a,
  "+1": (a) => a + 1, "-1": (a) => a - 1, "*3": (a) => a * 3, "%8": (a) => a % 8, "&255": (a) => a & 255, "|0": (a) => a | 0, "<<3": (a) => a << 3, ">>3": (a) => a >> 3, ">>>0": (a) => a >>> 0, ">>>3": (a) => a >>> 3,
  "<10": (a) => { if (a < 10) return 1; return 0; }, ">=10": (a) => { if (a >= 10) return 1; return 0; }, "===1": (a) => { if (a === 1) return 1; return 0; }, "!==1": (a) => { if (a !== 1) return 1; return 0; },
  if: (a) => (a ? 1 : 0), "&&": (a) => a && 5, "||": (a) => a || 5, "??": (a) => a ?? 5, "== null": (a) => (a == null ? 1 : 0), "template": (a) => `${a}`, abs: Math.abs, floor: (a) => Math.floor(a), sqrt: (a) => Math.sqrt(a), imul: (a) => Math.imul(a, 3), clz: (a) => Math.clz32(a), fround: (a) => Math.fround(a), max: (a) => Math.max(a, 0), min: (a) => Math.min(a, -0), round: (a) => Math.round(a), parse: (a) => parseInt(a), Number, String: (a) => String(a), isNaN,
};
const text = (v) => (Object.is(v, -0) ? "-0" : typeof v === "string" ? "'" + v + "'" : String(v));
let hash = 0;
function mix(s) { for (let i = 0; i < s.length; i++) hash = (Math.imul(hash, 31) + s.charCodeAt(i)) | 0; }
const attempt = (f, ...list) => { try { return text(f(...list)); } catch (e) { return e.name; } };
const all = [...edges, ...others];
for (const [name, f] of Object.entries(binary)) {
  hash = 0;
  for (const a of all) for (const b of edges) mix(attempt(f, a, b) + ";");
  for (const a of edges) for (const b of others) mix(attempt(f, a, b) + ";");
  // What powers round to is up to the engine.
  console.log(name, name === "**" ? "" : hash >>> 0, attempt(f, 2147483647, 1), attempt(f, -2147483648, -1), attempt(f, 0, -5), attempt(f, -4, 2), attempt(f, 7, 0), attempt(f, "7", 2), attempt(f, 0.1, 0.2));
}
for (const [name, f] of Object.entries(unary)) {
  for (let i = 0; i < 120; i++) f(i & 15);
  console.log(name, all.map((a) => attempt(f, a)).join(" "));
}
// BigInt, alone and where it must not be mixed.
for (const [name, f] of Object.entries(binary)) console.log(name, [[5n, 3n], [-5n, 3n], [1n << 70n, 3n], [5n, 3], [3, 5n], [0n, 0n], [5n, "5"]].map(([a, b]) => attempt(f, a, b)).join(" "));
// Loops whose values leave what they began as.
function overflow(n) { let x = 2147483600; for (let i = 0; i < n; i++) x += 1; return x; }
function underflow(n) { let x = -2147483600; for (let i = 0; i < n; i++) x--; return x; }
function product(n) { let x = 3; for (let i = 0; i < n; i++) x *= 3; return x; }
function negativeZero(n) { let z = 0, k = 5; for (let i = 0; i < n; i++) { z = k * 0; k = i < 150 ? k : -5; } return 1 / z; }
function halves(n) { let x = 1024, s = ""; for (let i = 0; i < n; i++) { x /= 2; if (x < 1 && !s) s = "at " + i; } return x + s; }
function remainders(n) { let s = 0; for (let i = -n; i < n; i++) { const r = i % 7; s += Object.is(r, -0) ? 100 : r; } return s; }
function toText(n) { let x = 0; for (let i = 0; i < n; i++) { if (i === 150) x = "s"; x += i; } return x.length; }
function notNumber(n) { let x = 0; for (let i = 0; i < n; i++) { x += i === 160 ? undefined : 1; } return x; }
function counter(n) { let i = 2147483500, c = 0; while (i < 2147483500 + n) { i++; c++; } return c + "," + i; }
function unsigned(n) { let x = 1; for (let i = 0; i < n; i++) x = (x * 1103515245 + 12345) >>> 0; return x; }
function mixed(n) { const values = [1, 2.5, "3", true, null, 4]; let s = 0; for (let i = 0; i < n; i++) s += +values[i % 6] * 2; return s; }
for (const f of [overflow, underflow, product, negativeZero, halves, remainders, toText, notNumber, counter, unsigned, mixed]) console.log(f.name, f(10), f(200), f(10), f(1500));
