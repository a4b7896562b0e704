// slow: tens of thousands of numbers as text
// Numbers as text: toString with radix, toFixed, toPrecision, toExponential, parsing.
const values = [
  0,
  -0,
  1,
  -1,
  0.1,
  1 / 3,
  123.456,
  1e21,
  1e-7,
  123456789012345680000,
  5e-324,
  1.7976931348623157e308,
  0.000001,
  1e-6,
  1.5,
  2.5,
  -2.5,
  1.005,
  1.45,
  8.345,
  1000000000000000128,
  0.5,
  255,
  NaN,
  Infinity,
  -Infinity,
  4.35,
  1.255,
  10.235,
  1234.5678,
  2 ** 53,
  0.1 + 0.2,
  25e-8,
];
for (const v of values) {
  const r = [v.toString()];
  for (const d of [0, 1, 2, 5, 20]) r.push(v.toFixed(d));
  for (const d of [1, 2, 3, 10, 21]) r.push(v.toPrecision(d));
  for (const d of [undefined, 0, 1, 5, 20]) r.push(v.toExponential(d));
  console.log(r.join(' '));
}
for (const v of [255, -255, 0.5, 0.1, 1 / 3, 1e21, 2 ** 60, 123.456, 1e-7, 35.999, NaN, Infinity, -0])
  console.log([2, 3, 7, 8, 16, 32, 36].map(r => v.toString(r)).join(' '));
console.log(
  (1000000000000000128).toString(),
  (1000000000000000128).toFixed(0),
  (1e21).toFixed(2),
  (-1.5).toFixed(0),
  (0.000001).toFixed(7),
  (123.456).toFixed(100).length,
  (1.23e20).toFixed(2),
  (1.25).toFixed(1),
  (1.35).toFixed(1),
  (-0).toFixed(2),
  (0).toExponential(),
  (-0).toPrecision(3),
  (0.00001).toString(),
  (1e5).toString(),
  (25).toString(36),
  (0.1).toString(3).slice(0, 20),
);
for (const s of [
  '12',
  ' 12 ',
  '12px',
  '0x1F',
  '0b101',
  '0o17',
  '-0x1',
  '1e3',
  '1e',
  '.5',
  '5.',
  '.',
  '+.5e-3',
  '-',
  '',
  ' ',
  '\u00a0\ufeff7\n',
  'Infinity',
  '-Infinity',
  'infinity',
  '1_000',
  '1,5',
  '0x',
  '00012',
  '1e1000',
  '-1e-1000',
  '123456789012345678901234567890',
  '0.1e1',
  '١',
])
  console.log(
    JSON.stringify(s),
    Number(s),
    parseFloat(s),
    parseInt(s),
    Object.is(Number(s), -0),
    Number.isNaN(+s),
  );
for (const [s, r] of [
  ['z', 36],
  ['10', 2],
  ['12', 2],
  ['ff', 16],
  ['0xff', 16],
  ['0xff', 10],
  ['0xff', 0],
  ['10', 1],
  ['10', 37],
  ['10', '8'],
  ['-0', 10],
  ['9007199254740993', 10],
  ['123abc', 16],
  ['1e3', 10],
  ['11111111111111111111111111111111111111111111111111111111', 2],
  ['900719925474099267n', 10],
  [null, 36],
  [0.0000005, 10],
  [1e21, 10],
])
  console.log(String(s), r, parseInt(s, r));
console.log(
  Number.MAX_SAFE_INTEGER,
  Number.EPSILON,
  Number.MIN_VALUE,
  Number.isInteger(5.0),
  Number.isInteger(5.5),
  Number.isSafeInteger(2 ** 53),
  Number.isFinite('5'),
  isFinite('5'),
  isNaN('x'),
  Number.isNaN('x'),
  Number(null),
  Number(undefined),
  Number([]),
  Number([5]),
  Number([1, 2]),
  Number({}),
  Number(true),
  Number(new Date(5)),
  Number('0b2'),
  Number(10n),
  Number(2n ** 64n),
  Number(-(2n ** 1100n)),
  Number(2n ** 53n + 1n),
  Number(2n ** 54n + 3n),
);
for (const f of [
  () => (1).toFixed(-1),
  () => (1).toFixed(101),
  () => (1).toPrecision(0),
  () => (1).toPrecision(101),
  () => (1).toExponential(-1),
  () => (1).toString(1),
  () => (1).toString(37),
  () => Number.prototype.toFixed.call('1'),
  () => Number(Symbol()),
  () => (5).toString('x'),
  () => Number(1n) + Number.parseFloat('1.5'),
])
  try {
    console.log(f());
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
console.log(
  [
    1e21, 1e20, 123e-20, 1.1e-10, 100, 1e2, 0x7fffffff, 0b11, 0o17, 1_000_000, 0.5e1, 5e-1,
    0xffffffffffffffff, 0.1e-6, 4.9406564584124654e-324, 2.2250738585072014e-308, 9.5367431640625e-7,
    1.7976931348623159e308,
  ].join(),
);
let seed = 12345;
const rnd = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
const f64 = new Float64Array(1),
  u32 = new Uint32Array(f64.buffer);
let bad = 0,
  sum = 0;
for (let i = 0; i < 20000; i++) {
  u32[0] = rnd() * 2 ** 32;
  u32[1] = rnd() * 2 ** 32;
  const x = f64[0];
  const s = String(x);
  if (!Object.is(Number(s), x) && x === x) bad++;
  for (let k = 0; k < s.length; k += 3) sum = (sum * 31 + s.charCodeAt(k)) | 0;
}
console.log('round trips that failed:', bad, sum);
