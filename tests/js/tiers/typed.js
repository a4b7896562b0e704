// Typed arrays in hot loops: every element type, conversions, out of bounds, detached and resized buffers, subclasses.
const types = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array];
const values = [0, 1, -1, 127, 128, 255, 256, -129, 32768, 65536, 2147483648, 4294967295, -2147483649, 1.5, -0.5, 2.5, NaN, Infinity, -0, 1e20, "7", null, undefined, true];
function fill(a, list, wide) { for (let i = 0; i < a.length; i++) { const v = list[i % list.length]; a[i] = wide ? BigInt(Math.trunc(Number(v) || 0) % 1e15) : v; } return a; }
function sum(a) { let s = 0; for (let i = 0; i < a.length; i++) s += Number(a[i]); return s; }
const show = (a) => Array.from(a, (v) => (Object.is(v, -0) ? "-0" : String(v))).join(" ");
for (const T of types) {
  const wide = T.name.startsWith("Big"), a = new T(24);
  for (let i = 0; i < 8; i++) fill(a, values.map((v) => (v === Infinity || Number.isNaN(v) ? (wide ? 0 : v) : v)), wide);
  console.log(T.name, show(a), wide ? "" : sum(a));
}
// One site for all of them, and for arrays.
function at(a, i) { return a[i]; }
function put(a, i, v) { a[i] = v; return a[i]; }
let mixed = "";
for (let i = 0; i < 200; i++) { const T = types[i % 9]; const a = i % 10 === 9 ? [1, 2, 3] : new T([1, 2, 3]); mixed = [at(a, 1), at(a, 3), at(a, -1), at(a, 1.5), at(a, "1"), at(a, "x"), put(a, 0, i), put(a, 5, 1), put(a, "-0", 9), a.length].join(); if (i % 40 === 9) console.log(mixed); }
// Detached in the middle of a loop.
{
  let a = new Int32Array(400).fill(3), s = 0, log = [];
  for (let i = 0; i < 400; i++) { if (i === 250) structuredClone(a.buffer, { transfer: [a.buffer] }); a[i] = 5; const v = a[i]; s += v === undefined ? 1000 : v; if (i === 249 || i === 251) log.push(a.length, a.byteLength, String(v)); }
  console.log(s, log.join());
}
// Resized in the middle of a loop: shorter, gone, longer again; length-tracking and fixed views.
{
  const buffer = new ArrayBuffer(800, { maxByteLength: 1600 });
  const tracking = new Float64Array(buffer), fixed = new Float64Array(buffer, 80, 20), offset = new Uint16Array(buffer, 400);
  let log = [], s = 0;
  for (let i = 0; i < 300; i++) {
    if (i === 150) buffer.resize(80);
    if (i === 180) buffer.resize(0);
    if (i === 210) buffer.resize(1600);
    tracking[i % 100] = i; fixed[i % 20] = i + 0.5; offset[i % 50] = i;
    s += (tracking[i % 100] ?? -1) + (fixed[i % 20] ?? -2) + (offset[i % 50] ?? -3);
    if (i % 30 === 0) log.push([tracking.length, fixed.length, offset.length].join("/"));
  }
  console.log(s, log.join(" "));
}
// The value of a store changes the array it goes to.
{
  const a = new Uint8Array(300);
  let b = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 })), seen = [];
  for (let i = 0; i < 300; i++) { const v = i < 200 ? i : { valueOf() { if (i === 250) b.buffer.resize(2); return i; } }; a[i] = v; b[i % 8] = v; seen.push(b[i % 8]); }
  console.log(a[199], a[255], a[299], seen[249], seen[250], seen[251], seen[258], b.length);
}
// Kernels.
function matrix(n) { const a = new Float64Array(n * n), b = new Float64Array(n * n), c = new Float64Array(n * n); for (let i = 0; i < n * n; i++) { a[i] = i % 7; b[i] = (i % 5) - 2; } for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) { let s = 0; for (let k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } return c[0] + c[n] * 3 + c[n * n - 1]; }
function sieve(n) { const f = new Uint8Array(n + 1); let c = 0; for (let i = 2; i <= n; i++) { if (f[i]) continue; c++; for (let j = i * 2; j <= n; j += i) f[j] = 1; } return c; }
function checksum(n) { const a = new Uint8Array(n), t = new Uint32Array(256); for (let i = 0; i < 256; i++) { let c = i; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; t[i] = c; } for (let i = 0; i < n; i++) a[i] = i * 7; let crc = -1; for (let i = 0; i < n; i++) crc = t[(crc ^ a[i]) & 255] ^ (crc >>> 8); return (crc ^ -1) >>> 0; }
console.log(matrix(16), sieve(1000), checksum(600));
// Views of the same bytes, shared buffers, subclasses, DataViews.
{ const f = new Float32Array(4), u = new Uint32Array(f.buffer); let s = 0; for (let i = 0; i < 200; i++) { f[i & 3] = i * 0.5; s = (s + u[i & 3]) >>> 0; u[i & 3] = 0x7fc00001 + i; s = (s + (Number.isNaN(f[i & 3]) ? 1 : 2)) >>> 0; } console.log(s); }
{ const a = new Int32Array(new SharedArrayBuffer(40)); for (let i = 0; i < 200; i++) { a[i % 10] += i; Atomics.add(a, i % 10, 1); } console.log(a.join()); }
{ class Mine extends Uint8Array { get first() { return this[0]; } } const m = new Mine(4); let s = 0; for (let i = 0; i < 200; i++) { m[0] = i; s += m.first + m[9 % 4]; } console.log(s, m.constructor.name, m.map((x) => x + 1) instanceof Mine); }
{ const v = new DataView(new ArrayBuffer(16)); let s = 0; for (let i = 0; i < 200; i++) { v.setInt16(i % 15, i * 300, i % 2 === 0); v.setFloat64(8, i / 3); s += v.getUint8(i % 16) + v.getFloat64(8); } console.log(s.toFixed(6)); }
{ const frozen = Object.freeze(new Uint8Array(0)); let ok = 0; for (let i = 0; i < 150; i++) { frozen[0] = 1; ok += frozen.length + (frozen[0] === undefined ? 1 : 0); } console.log(ok); }
