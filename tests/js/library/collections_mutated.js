// slow: thousands of entries
// Maps and sets that change while they are iterated; keys; grouping; methods of sets.
const m = new Map([
  [1, 'a'],
  [2, 'b'],
  [3, 'c'],
]);
const seen = [];
for (const [k, v] of m) {
  seen.push(k + v);
  if (k === 1) {
    m.delete(2);
    m.set(4, 'd');
  }
  if (k === 3) {
    m.delete(1);
    m.set(1, 'again');
  }
  if (seen.length > 10) break;
}
console.log(seen.join());
const s = new Set([1]);
let n = 0;
for (const x of s) {
  s.delete(x);
  if (++n < 20) s.add(x);
}
console.log(n, s.size);
const c = new Set([1, 2, 3]);
const out = [];
for (const x of c) {
  out.push(x);
  if (x === 2 && out.length < 4) {
    c.clear();
    c.add(9);
    c.add(2);
  }
}
console.log(out.join(), [...c]);
const it = new Map([
  [1, 1],
  [2, 2],
  [3, 3],
]);
const i1 = it.keys();
i1.next();
it.delete(1);
it.delete(2);
console.log(i1.next().value, i1.next().done, (it.set(5, 5), i1.next().done));
const each = [];
const f = new Map([[1, 0]]);
f.forEach((v, k, map) => {
  each.push(k);
  if (k < 5) map.set(k + 1, 0);
});
console.log(each.join());
const keys = new Map([
  [NaN, 'nan'],
  [0, 'zero'],
  ['0', 'string'],
  [null, 'null'],
  [undefined, 'undef'],
  [1n, 'big'],
  [1, 'one'],
  [true, 'true'],
  [Symbol.iterator, 'sym'],
]);
console.log(
  keys.get(NaN),
  keys.get(-0),
  keys.get('0'),
  keys.get(null),
  keys.get(),
  keys.get(1n),
  keys.get(1.0),
  keys.get(Symbol.iterator),
  Object.is([...new Set([-0])][0], 0),
  keys.size,
  keys.has(2),
  keys.delete('nope'),
  new Map([
    [1, 'x'],
    [1, 'y'],
  ]).get(1),
);
const big = new Map();
for (let i = 0; i < 20000; i++) big.set(i % 3 ? i : 'k' + i, i);
for (let i = 0; i < 20000; i += 2) big.delete(i % 3 ? i : 'k' + i);
let sum = 0;
for (const [, v] of big) sum += v;
console.log(big.size, sum, big.get('k9'), big.get(10), big.has(11));
const obj = {},
  weak = new WeakMap([[obj, 1]]);
weak.set(Symbol.iterator, 'well-known');
console.log(weak.get(obj), weak.get(Symbol.iterator), weak.has({}), weak.delete(obj), weak.has(obj));
for (const bad of [
  () => weak.set(1, 1),
  () => weak.set(Symbol.for('registered'), 1),
  () => new WeakSet([1]),
  () => new Map([1]),
  () => new Map(5),
  () => Map(),
  () => new Set(5),
  () => Map.prototype.get.call(new Set(), 1),
  () => Map.prototype.size,
  () => new Map([[1, 2]]).set.call({}, 1),
])
  try {
    bad();
    console.log('fine');
  } catch (e) {
    console.log(e.name);
  }
const a = new Set([1, 2, 3, 4]),
  b = new Set([3, 4, 5]);
console.log(
  [...a.union(b)],
  [...a.intersection(b)],
  [...a.difference(b)],
  [...a.symmetricDifference(b)],
  a.isSubsetOf(b),
  new Set([3]).isSubsetOf(b),
  a.isSupersetOf(new Set([1, 2])),
  a.isDisjointFrom(new Set([9])),
  [...new Set([1, 2]).intersection(new Set([3, 2, 1]))],
  [...new Set([3, 2, 1]).intersection(new Set([1, 2]))],
  [...a.union(new Map([[7, 0]]))],
  [...a.difference({ size: 1, has: x => x === 1, keys: () => [1].values() })],
);
const log = [];
const like = {
  get size() {
    log.push('size');
    return 2;
  },
  get has() {
    log.push('has');
    return x => (log.push('has ' + x), x === 1);
  },
  get keys() {
    log.push('keys');
    return () => (log.push('call keys'), [1, 9].values());
  },
};
new Set([1, 2, 3]).intersection(like);
new Set([1]).isSubsetOf(like);
new Set([1]).union(like);
console.log(log.join('; '));
for (const bad of [
  5,
  {},
  { size: NaN, has() {}, keys() {} },
  { size: -1, has() {}, keys() {} },
  { size: 1, has: 1, keys() {} },
  [1],
])
  try {
    a.union(bad);
    console.log('fine');
  } catch (e) {
    console.log(e.name);
  }
const changing = new Set([1, 2, 3]);
console.log(
  [
    ...changing.difference({
      size: 9,
      has(x) {
        changing.delete(2);
        return false;
      },
      keys() {},
    }),
  ].join(),
  changing.size,
);
console.log(
  Object.groupBy([1, 2, 3, 4], x => (x % 2 ? 'odd' : 'even')),
  Map.groupBy([1, 2, 3], x => x > 1).get(true),
  Object.getPrototypeOf(Object.groupBy([], x => x)),
  Object.groupBy('aab', x => x).a,
  [...Map.groupBy([-0, 0, NaN, NaN], x => x).keys()].length,
);
const order = [];
class Logged extends Map {
  set(k, v) {
    order.push(k);
    return super.set(k, v);
  }
}
new Logged([
  ['x', 1],
  ['y', 2],
]);
console.log(
  order.join(),
  new Map([[1, 2]])[Symbol.toStringTag],
  Map.prototype[Symbol.iterator] === Map.prototype.entries,
  Set.prototype.keys === Set.prototype.values,
  Map[Symbol.species] === Map,
  new Map(new Map([[1, 2]])).get(1),
  new Set('hello').size,
  [...new Set([3, 1, 3])].join(),
  Map.length,
  Set.name,
  new Map([[1, 2]]).forEach.length,
  [...new Map([['k', 'v']]).entries()][0],
  Object.fromEntries(new Map([['a', 1]])),
  [...new Set([1, 2]).entries()].join('|'),
  new Map().set(1, 2) instanceof Map,
  new Set().add(1).add(1).size,
  [...new Map([[1, 2]]).keys()][Symbol.iterator]().toString(),
  Object.prototype.toString.call(new Set().values()),
);
