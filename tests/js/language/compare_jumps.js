// Conditions in every kind of jump and loop: registers, small constants, mixed types, negations.
function all(a, b) {
  const r = [];
  if (a < b) r.push('<');
  if (a <= b) r.push('<=');
  if (a > b) r.push('>');
  if (a >= b) r.push('>=');
  if (a == b) r.push('==');
  if (a != b) r.push('!=');
  if (a === b) r.push('===');
  if (a !== b) r.push('!==');
  if (!(a < b)) r.push('!<');
  if (!(a <= b)) r.push('!<=');
  if (!(a > b)) r.push('!>');
  if (!(a >= b)) r.push('!>=');
  if (!(a == b)) r.push('!(==)');
  if (!(a === b)) r.push('!(===)');
  return r.join(' ');
}
for (const [a, b] of [
  [1, 2],
  [2, 1],
  [1, 1],
  [1.5, 1],
  [NaN, 1],
  ['a', 'b'],
  ['2', 10],
  [null, 0],
  [undefined, 0],
  [{}, {}],
  [1n, 1],
  [true, 1],
  [[5], 5],
])
  console.log(String(a), String(b), all(a, b));
function small(a) {
  const r = [];
  if (a < 5) r.push('<5');
  if (a <= 5) r.push('<=5');
  if (a > 5) r.push('>5');
  if (a >= 5) r.push('>=5');
  if (a === 5) r.push('===5');
  if (a !== 5) r.push('!==5');
  if (!(a < 5)) r.push('!<5');
  if (!(a <= 5)) r.push('!<=5');
  if (!(a > 5)) r.push('!>5');
  if (!(a >= 5)) r.push('!>=5');
  if (a == null) r.push('null');
  if (a != null) r.push('some');
  if (a === undefined) r.push('undef');
  if (a !== undefined) r.push('def');
  if (a) r.push('truthy');
  if (!a) r.push('falsy');
  r.push(a ?? 'nullish', a || 'or', a && 'and');
  return r.map(String).join(' ');
}
for (const x of [4, 5, 6, 5.5, NaN, '5', null, undefined, '', 0, -0, 5n, { valueOf: () => 5 }])
  console.log(typeof x, small(x));
function loops(n) {
  let c = 0;
  for (let i = 0; i < n; i++) c += 1;
  for (let i = 0; i <= n; i++) c += 10;
  for (let i = n; i > 0; i--) c += 100;
  for (let i = n; i >= 0; i--) c += 1000;
  for (let i = 0; i < 7; i++) c += 1e4;
  for (let i = 0; i <= 7; i++) c += 1e5;
  for (let i = 7; i > 2; i--) c += 1e6;
  for (let i = 7; i >= 2; i--) c += 1e7;
  let k = n;
  while (k) k--;
  while (!k) k++;
  do k++;
  while (k < n);
  do k--;
  while (k > -n);
  do k++;
  while (k <= n);
  do k--;
  while (k >= -n);
  let go = 3;
  while (go !== 0) go--;
  while (go === 0) go = 'x';
  while (go != 'y') go = 'y';
  do go = !go;
  while (go);
  for (;;) {
    if (++c % 2) break;
  }
  return c + ':' + k;
}
console.log(loops(3), loops(2), loops(1));
const and = (a, b, c) => {
  if ((a && b) || c) return 1;
  if (a || (b && !c)) return 2;
  if (!(a && b) && (b || c)) return 3;
  return 4;
};
console.log([0, 1].flatMap(a => [0, 1].flatMap(b => [0, 1].map(c => and(a, b, c)))).join(''));
const cond = (a, b) =>
  (a ? (b ? 1 : 2) : b ? 3 : 4) + (a > 1 && b < 2 ? 10 : a === b ? 20 : 30) + (!a != !b ? 100 : 200);
console.log(cond(0, 0), cond(0, 1), cond(1, 0), cond(2, 1));
const truthy = [
  0,
  -0,
  NaN,
  '',
  'a',
  '0',
  null,
  undefined,
  [],
  {},
  0n,
  1n,
  Symbol(),
  () => 1,
  false,
  true,
  new Boolean(false),
  1e-320,
]
  .map(x => (x ? 1 : 0))
  .join('');
console.log(truthy);
let n = 0;
const bump = v => {
  n++;
  return v;
};
if ((bump(0) && bump(1)) || (bump(1) && bump(0))) n = -1;
if (bump(null) ?? bump(1)) n += 100;
console.log(n);
const inst = x => {
  if (x instanceof Array) return 'array';
  if (!(x instanceof Object)) return 'primitive';
  if ('key' in x) return 'key';
  return typeof x === 'function' ? 'function' : 'object';
};
console.log([[], 1, { key: 0 }, {}, inst].map(inst).join());
let out = '';
for (var i = 0, j = 10; i < j; i += 3, j--) out += i + '/' + j + ' ';
console.log(out);
out = 0;
for (let x = 0; x < 3;) {
  out += x;
  x += 1;
}
for (const f = () => out > 5; !f();) out++;
console.log(out);
console.log(
  (() => {
    for (let i = 0; ; i++) if (i > 4) return i;
  })(),
  (() => {
    let i = 0;
    for (; i < 3;) i++;
    return i;
  })(),
  ((a, b) => {
    while (a != b)
      if (a > b) a -= b;
      else b -= a;
    return a;
  })(48, 36),
);
