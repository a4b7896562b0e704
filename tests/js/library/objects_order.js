// slow: hundreds of properties
// Property order and attributes through all that makes, changes and lists properties.
const keys = o => Reflect.ownKeys(o).map(String).join();
const o = { z: 1, 10: 1, a: 1, 2: 1, [Symbol('s')]: 1, '-1': 1, '01': 1, 1.5: 1 };
console.log(keys(o));
delete o.z;
o.z = 2;
o[1] = 1;
console.log(keys(o));
Object.defineProperty(o, 'a', { enumerable: false });
console.log(keys(o), Object.keys(o).join());
const many = {};
for (let i = 0; i < 200; i++) many['p' + i] = i;
for (let i = 0; i < 200; i += 2) delete many['p' + i];
many.p0 = 'again';
console.log(
  Object.keys(many).length,
  Object.keys(many).slice(0, 3).join(),
  Object.keys(many).at(-1),
  many.p199,
  'p2' in many,
);
console.log(
  keys(Object.assign({}, { b: 1, a: 2 }, 'xy', null, [9])),
  keys(
    Object.fromEntries([
      ['b', 1],
      [2, 1],
      ['a', 1],
      [1, 1],
    ]),
  ),
  keys(structuredClone({ b: 1, 1: 1, a: 1 })),
  keys({ ...{ b: 1, a: 1 }, b: 2, c: 3 }),
  keys(JSON.parse('{"b":1,"2":1,"a":1,"1":1,"b":3}')),
  keys(Object.create({ i: 1 }, { y: {}, x: {} })),
  keys(function f(a) {}),
  keys(
    class {
      static z() {}
      static a = 1;
      static 1() {}
    },
  ),
  keys([1, , 3]),
  keys(Object('ab')),
  keys(/x/),
  keys(new Error('m', { cause: 1 })).replace('stack,', ''),
  keys(
    (() => {
      const a = [1];
      a.z = 1;
      a[5] = 1;
      a[3] = 1;
      a.b = 1;
      return a;
    })(),
  ),
);
const d = (o, k) => {
  const x = Object.getOwnPropertyDescriptor(o, k);
  return (
    x &&
    (x.writable ? 'w' : '-') +
      (x.enumerable ? 'e' : '-') +
      (x.configurable ? 'c' : '-') +
      ('value' in x ? '' : 'a')
  );
};
console.log(
  d({ a: 1 }, 'a'),
  d([1], 0),
  d([1], 'length'),
  d('a', 0),
  d('a', 'length'),
  d(function f() {}, 'name'),
  d(function f() {}, 'prototype'),
  d(class {}, 'prototype'),
  d({ get a() {} }, 'a'),
  d(
    class {
      m() {}
    }.prototype,
    'm',
  ),
  d(Math, 'PI'),
  d(Math, 'max'),
  d(globalThis, 'undefined'),
  d(globalThis, 'globalThis'),
  d(globalThis, 'Array'),
  d(/a/, 'lastIndex'),
  d(Symbol, 'iterator'),
  d(Symbol.prototype, 'description'),
  d(new Error('x'), 'message'),
  d(new Uint8Array(1), 0),
  d(Object.freeze([1]), 0),
  d(Object.seal({ a: 1 }), 'a'),
  d(Object.preventExtensions({ a: 1 }), 'a'),
  d(
    (function () {
      return arguments;
    })(1),
    'length',
  ),
  d(new Proxy({ a: 1 }, {}), 'a'),
);
const steps = [];
const t = (f, n) => {
  try {
    steps.push(n + '=' + f());
  } catch (e) {
    steps.push(n + ':' + e.name);
  }
};
const x = Object.defineProperty({}, 'p', { value: 1 });
t(() => Object.defineProperty(x, 'p', { value: 1 }) === x, 'same');
t(() => Object.defineProperty(x, 'p', { value: 2 }), 'other');
t(() => Object.defineProperty(x, 'p', { enumerable: true }), 'enumerable');
t(() => Object.defineProperty(x, 'p', { get() {} }), 'accessor');
t(() => Object.defineProperty(x, 'p', {}) === x, 'empty');
t(() => Object.defineProperty({}, 'a', { get() {}, writable: true }), 'mixed');
t(() => Object.defineProperty({}, 'a', { get: 1 }), 'no function');
t(() => Object.defineProperties({}, { a: { value: 1 }, b: 5 }), 'properties');
const w = Object.defineProperty({}, 'p', { value: NaN, writable: true });
t(() => Object.defineProperty(w, 'p', { value: 2 }).p, 'writable');
t(() => Object.defineProperty(w, 'p', { writable: false }).p, 'to read only');
t(() => Object.defineProperty(w, 'p', { writable: true }), 'and back');
console.log(steps.join(' '));
const arr = [1, 2, 3];
Object.defineProperty(arr, 1, { configurable: false });
arr.length = 0;
console.log(arr.length, arr);
t(() => {
  'use strict';
  arr.length = 0;
}, 'x');
Object.defineProperty(arr, 'length', { writable: false });
steps.length = 0;
t(() => arr.push(1), 'push');
t(() => {
  'use strict';
  arr[5] = 1;
}, 'index');
t(() => Reflect.defineProperty(arr, 9, { value: 1 }), 'define');
t(() => Reflect.defineProperty([], 'length', { value: -1 }), 'length -1');
t(() => Reflect.defineProperty([1, 2], 'length', { value: 1, writable: false }), 'length 1');
t(() => Object.defineProperty([], 'length', { get() {} }), 'length getter');
t(() => ([].length = { valueOf: () => 3 }), 'object');
console.log(steps.join(' '));
const sparse = [];
sparse[4294967294] = 'last';
sparse[4294967295] = 'no index';
sparse[100000] = 1;
console.log(sparse.length, Object.keys(sparse).join(), sparse.indexOf('last'), sparse.findLastIndex.length);
sparse.length = 100001;
console.log(sparse.length, sparse.lastIndexOf(1), (sparse.length = 2), Object.keys(sparse).join());
console.log(
  Object.entries({ b: 1, a: 2 }).join('|'),
  Object.values('ab').join(),
  Object.is(NaN, NaN),
  Object.getOwnPropertySymbols({ [Symbol.iterator]: 1 }).length,
  Object.isFrozen('x'),
  Object.isSealed({}),
  Object.isFrozen(Object.freeze(new Proxy({ a: 1 }, {}))),
  Object.prototype.toString.call(null),
  Object.prototype.toString.call(Object.assign([], { [Symbol.toStringTag]: 'T' })),
  Object.prototype.toLocaleString.call('s'),
  {}.valueOf.call(5) instanceof Number,
  Object(1n) == 1n,
  Object.getPrototypeOf('x') === String.prototype,
  { __proto__: null } instanceof Object,
  { __proto__: 5 }.__proto__ === Object.prototype,
  (() => {
    const __proto__ = 1;
    return Object.keys({ __proto__ }).join();
  })(),
);
let cyc;
try {
  const a = {},
    b = Object.create(a);
  Object.setPrototypeOf(a, b);
} catch (e) {
  cyc = e.message;
}
console.log(
  cyc,
  Reflect.setPrototypeOf(Object.prototype, {}),
  Reflect.setPrototypeOf(Object.prototype, null),
  Reflect.setPrototypeOf(Object.freeze({}), null),
);
for (let i = 0; i < 3; i++) {
  const q = i ? { b: 1, a: 2 } : { a: 1, b: 2 };
  q.c = 3;
  if (i === 2) delete q.b;
  console.log(q.a, q.b, q.c, Object.keys(q).join());
}
