// slow: large arrays
// Sorting: stability in large arrays, holes, undefined, comparators that lie, changes while sorting.
let seed = 1;
const rnd = n => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
for (const n of [0, 1, 2, 10, 31, 32, 33, 100, 1000, 10000]) {
  const a = Array.from({ length: n }, (_, i) => ({ k: rnd(Math.max(2, (n / 10) | 0)), i }));
  a.sort((x, y) => x.k - y.k);
  let ok = true;
  for (let i = 1; i < n; i++) ok &&= a[i - 1].k < a[i].k || (a[i - 1].k === a[i].k && a[i - 1].i < a[i].i);
  console.log(n, ok);
}
const sorted = Array.from({ length: 5000 }, (_, i) => i);
console.log(
  [...sorted].sort((a, b) => a - b).every((x, i) => x === i),
  [...sorted]
    .reverse()
    .sort((a, b) => a - b)
    .every((x, i) => x === i),
  [...sorted].sort().slice(0, 5).join(),
  [...sorted].sort((a, b) => b - a)[0],
  [...sorted].sort(() => 0).every((x, i) => x === i),
);
console.log(
  [3, undefined, 1, , 2, undefined, ,].sort(),
  [3, , 1].toSorted(),
  ['b', , 'a', undefined].sort(() => 0),
  [10, 9, 1, 100].sort(),
  [true, false, null, undefined, 'x', 5].sort(),
  ['é', 'z', 'a', 'Z', '\u{1F600}', '\uffff'].sort(),
  [-1, -2, 5, 0, -0].sort(),
  [1n, 3, 2n].sort((a, b) => (a < b ? -1 : 1)),
);
let calls = 0;
[1].sort(() => calls++);
[].sort(() => calls++);
[undefined, undefined].sort(() => calls++);
[1, undefined].sort(() => calls++);
console.log(calls);
const lying = Array.from({ length: 1000 }, (_, i) => i);
lying.sort(() => rnd(3) - 1);
console.log(
  lying.length,
  new Set(lying).size,
  lying.reduce((a, b) => a + b),
);
console.log(
  [3, 1, 2].sort((a, b) => ({ valueOf: () => a - b })),
  [3, 1, 2].sort((a, b) => String(a - b)),
  [3, 1, 2].sort(() => NaN),
  [2, 1].sort((a, b) => undefined),
);
const shrinking = [5, 4, 3, 2, 1];
shrinking.sort((a, b) => {
  shrinking.length = 2;
  return a - b;
});
console.log(shrinking);
const growing = [2, 1];
growing.sort((a, b) => {
  growing.push(9);
  return a - b;
});
console.log(growing.slice(0, 2), growing.length > 2);
const likes = { length: 3, 0: 'c', 1: 'a', 2: 'b' };
console.log(Array.prototype.sort.call(likes));
const getters = {
  length: 2,
  get 0() {
    return 2;
  },
  set 0(v) {
    this.s = v;
  },
  1: 1,
};
Array.prototype.sort.call(getters);
console.log(getters.s, getters[1]);
try {
  [1, 2].sort(() => {
    throw new Error('cmp');
  });
} catch (e) {
  console.log(e.message);
}
for (const bad of [null, 1, 'x', {}])
  try {
    [].sort(bad);
  } catch (e) {
    console.log(e.name);
  }
try {
  Object.freeze([2, 1]).sort();
} catch (e) {
  console.log(e.name);
}
const proto = [3, , 1];
Object.prototype[1] = 'inherited';
const r = Array.prototype.sort.call(proto);
delete Object.prototype[1];
console.log(r.join(), Object.hasOwn(r, 2));
console.log(
  new Float64Array([3, NaN, -0, 0, -Infinity, 1]).sort(),
  new Uint8Array([5, 1, 4]).sort((a, b) => b - a),
  new BigInt64Array([3n, -1n]).sort(),
  new Int8Array([1, 2, 3]).toSorted((a, b) => b - a),
);
const strings = Array.from({ length: 3000 }, () => 'k' + rnd(1e6));
const s1 = [...strings].sort(),
  s2 = [...strings].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
console.log(
  s1.join() === s2.join(),
  [...strings]
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, 2)
    .every(x => x.length <= 4),
);
const o = Array.from({ length: 5000 }, (_, i) => ({ toString: () => String(5000 - i) }));
console.log(String(o.sort()[0]), String(o[1]), String(o[4999]));
console.log(
  [...'zyx'].toSpliced(1, 1, 'a', 'b'),
  [1, 2, 3].toReversed(),
  [1, 2, 3].with(-1, 9),
  [5, 1, 4].toSorted(),
  Array.prototype.toSorted.call({ length: 2, 0: 'b', 1: 'a' }),
);
