// slow: every pair of values
// Arithmetic, shifts and comparisons at the borders between integers, doubles, BigInts and everything else.
const values = [
  0,
  -0,
  1,
  -1,
  2147483647,
  -2147483648,
  2147483648,
  4294967295,
  4294967296,
  0.5,
  -1.5,
  NaN,
  Infinity,
  -Infinity,
  1e308,
  5e-324,
  '3',
  '',
  'x',
  ' 12 ',
  '0x1f',
  '1e3',
  null,
  undefined,
  true,
  [],
  [7],
  {},
  9007199254740991,
  -9007199254740993,
];
const show = x => (Object.is(x, -0) ? '-0' : String(x));
const ops = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a == b,
  '===': (a, b) => a === b,
  '!=': (a, b) => a != b,
  '!==': (a, b) => a !== b,
};
function hash(text) {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return (h >>> 0).toString(16);
}
for (const [name, f] of Object.entries(ops)) {
  const rows = values.map(a => values.map(b => show(f(a, b))).join());
  console.log(name, hash(rows.join('\n')), rows[4].slice(0, 60));
}
for (const [name, f] of Object.entries({
  '-x': a => -a,
  '+x': a => +a,
  '~x': a => ~a,
  '!x': a => !a,
  '++x': a => ++a,
  '--x': a => --a,
  'x++': a => {
    const o = a++;
    return show(o) + '/' + show(a);
  },
  'x--': a => {
    const o = a--;
    return show(o) + '/' + show(a);
  },
  'x|0': a => a | 0,
  'x>>>0': a => a >>> 0,
  'x+1': a => a + 1,
  'x-1': a => a - 1,
  'x*2': a => a * 2,
  'x%3': a => a % 3,
  'x&7': a => a & 7,
  'x|8': a => a | 8,
  'x<<3': a => a << 3,
  'x>>2': a => a >> 2,
  'x>>>5': a => a >>> 5,
  'typeof': a => typeof a,
  'void': a => void a,
}))
  console.log(name, values.map(a => show(f(a))).join(' '));
const bigs = [0n, 1n, -1n, 2n ** 64n, -(2n ** 63n), 123456789012345678901234567890n];
const bigOps = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => a < b,
  '==': (a, b) => a == b,
};
for (const [name, f] of Object.entries(bigOps))
  console.log(
    name,
    bigs
      .map(a =>
        bigs
          .map(b => {
            try {
              return String(f(a, b));
            } catch (e) {
              return e.name;
            }
          })
          .join(),
      )
      .join(' ')
      .slice(0, 200),
  );
console.log(bigs.map(a => [-a, ~a, a << 70n, a >> 3n, typeof a, !a].join()).join(' '));
for (const f of [
  () => 1n + 1,
  () => +1n,
  () => 1n >>> 1n,
  () => 2n ** -1n,
  () => 1n / 0n,
  () => 1n % 0n,
  () => Math.max(1n),
  () => 1n << (2n ** 64n),
  () => Symbol() + 1,
  () =>
    ({
      valueOf() {
        throw new Error('valueOf');
      },
    }) * 1,
  () => ({ [Symbol.toPrimitive]: 1 }) + 1,
  () => ({ [Symbol.toPrimitive]: () => ({}) }) + 1,
  () => Object.create(null) + '',
])
  try {
    console.log(String(f()));
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
console.log(
  1n < 2,
  2 > 1n,
  1n == 1,
  1n == '1',
  1n === 1,
  0n == '',
  2n > '1',
  1n < NaN,
  10n ** 20n == 1e20,
  9007199254740993n == 9007199254740992,
  '10' < '9',
  '10' < 9,
  'a' < 'b',
  'a' < 1,
  null >= 0,
  null == 0,
  undefined == null,
  undefined == 0,
  NaN != NaN,
  [2] > 1,
  '\ud800' < '\uffff',
  '' == 0,
  '0' == false,
  [] == '',
  [[]] == 0,
  {} == '[object Object]',
);
let i = 2147483647;
i++;
console.log(i, i | 0);
i = -2147483648;
i--;
console.log(i);
let m = 65536;
m *= 65536;
console.log(
  m,
  46341 * 46341,
  -46341 * 46341,
  0 * -1,
  -5 % 5,
  5 % -3,
  2 ** 31,
  2 ** 53 + 1,
  (-8) ** (1 / 3),
  7 % Infinity,
  Infinity % 7,
  -7 % Infinity,
  0 / 0,
  -1 / 0,
  1 / -0,
  -(-2147483648),
  ~~3.7,
  ~2147483648,
  1 << 31,
  1 << 32,
  1 << -1,
  -1 >>> 31,
  -1 >> 31,
  5e-324 / 2,
  0.1 * 3,
  1.7976931348623157e308 * 10,
);
let order = [];
const t = (n, v) => ({
  valueOf() {
    order.push(n);
    return v;
  },
});
t('a', 1) + t('b', 2);
t('c', 1) < t('d', 2);
t('e', 1) > t('f', 2);
t('g', 1) == t('h', 2);
t('i', 2) ** t('j', 2);
t('k', 1) << t('l', 1);
(order.push('m'), 1) >= t('n', 0);
t('o', 1) <= t('p', 1);
console.log(order.join(''));
let s = 0;
for (let n = 0.5; n < 10; n += 1.25) s += n;
console.log(s);
let c = 0;
for (let n = 10; n >= 0; n -= 3) c += n;
for (let n = -5; n <= 5; n++) c += n * n;
for (let n = 100; n > 90; n--) c -= n;
console.log(c);
let d = 1;
while (d < 1e290) d *= 1e10;
do {
  d /= 1e150;
} while (d > 1e100);
console.log(d);
