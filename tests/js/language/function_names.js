// Names, lengths, toString and own properties of functions.
const sym = Symbol('desc'),
  none = Symbol();
const o = {
  a() {},
  b: () => {},
  c: function () {},
  d: class {},
  ['e' + 1]() {},
  [sym]: () => {},
  [none]: () => {},
  get g() {
    return 1;
  },
  set g(v) {},
  async h() {},
  *i() {},
  1() {},
  'quoted name'() {},
  f: function named() {},
  k: class Named {},
  l: () => {},
  m: (0, () => {}),
  __proto__: function () {},
};
for (const k of Reflect.ownKeys(o)) {
  const d = Object.getOwnPropertyDescriptor(o, k);
  if (d.get) console.log(d.get.name, '|', d.set.name);
  else console.log(String(k), '=>', JSON.stringify(d.value.name));
}
console.log(JSON.stringify(Object.getPrototypeOf(o).name));
let x1 = () => {},
  x2 = function () {},
  x3 = class {},
  x4;
x4 = () => {};
x4 ||= 1;
const { x5 = () => {} } = {},
  [x6 = class {}] = [];
let p = {};
p.q = () => {};
p['r'] = class {};
console.log([x1, x2, x3, x4, x5, x6, p.q, p.r].map(f => JSON.stringify(f.name)).join());
function len(a, b, c = 1, d) {}
console.log(
  len.length,
  ((...r) => 0).length,
  (a => 0).length,
  (({ a }, [b]) => 0).length,
  function (a, ...b) {}.length,
  class {
    constructor(a, b) {}
  }.length,
  class {}.length,
  class extends Array {}.length,
  o.a.length,
  Object.getOwnPropertyDescriptor(o, 'g').set.length,
);
for (const f of [
  function f(a, /* b */ c) {
    return 1;
  },
  () => 1,
  a => a,
  async a => {
    await a;
  },
  class A {
    m() {}
  },
  class extends Array {},
  o.a,
  o.i,
  o.h,
  Object.getOwnPropertyDescriptor(o, 'g').get,
  o.e1,
  o[1],
  function* () {},
  async function* named() {},
  Math.max,
  function () {}.bind(),
  Function('a', 'return a'),
  o['quoted name'],
  class {
    static s() {}
  }.s,
  class {
    static async *'x y'() {}
  }['x y'],
  {
    get ['c' + 1]() {
      return 1;
    },
  }.__lookupGetter__('c1'),
  Symbol.prototype[Symbol.toPrimitive],
  Object.getOwnPropertyDescriptor(Map.prototype, 'size').get,
])
  console.log(f.toString().replace(/\n/g, '\\n'));
for (const f of [
  function () {},
  () => {},
  class {},
  async function () {},
  function* () {},
  { m() {} }.m,
  function () {}.bind(),
  Math.max,
  Set,
])
  console.log(
    Reflect.ownKeys(f)
      .filter(k => typeof k === 'string' && k !== 'arguments' && k !== 'caller')
      .sort()
      .slice(0, 4)
      .join(),
    'prototype' in f,
    typeof f.prototype,
  );
const b = len.bind(null, 1);
console.log(
  b.name,
  b.length,
  b.bind().name,
  (() => {}).bind().name,
  Object.defineProperty(() => {}, 'name', { value: 5 }).bind().name,
  Object.defineProperty(function (a) {}, 'length', { value: 9 }).bind(null, 1, 2).length,
  Object.defineProperty(function () {}, 'length', { value: Infinity }).bind().length,
  Object.defineProperty(function () {}, 'length', { value: -5 }).bind().length,
  Object.defineProperty(function () {}, 'length', { value: 'x' }).bind().length,
);
console.log(
  JSON.stringify(Object.getOwnPropertyDescriptor(function f() {}, 'name')),
  JSON.stringify(Object.getOwnPropertyDescriptor(() => {}, 'length')),
  JSON.stringify(Object.getOwnPropertyDescriptor(function () {}, 'prototype')),
  JSON.stringify(Object.getOwnPropertyDescriptor(class {}, 'prototype')),
  delete len.length,
  len.length,
  delete len.name,
  len.name,
  Object.hasOwn(
    class {
      static name() {}
    },
    'name',
  ),
  typeof class {
    static name() {}
  }.name,
  class {
    static get name() {
      return 'getter';
    }
  }.name,
);
export_default: {
  const { default: d = () => {} } = {};
  console.log(d.name);
}
console.log(
  (function () {
    return typeof this;
  })(),
  (function () {
    'use strict';
    return typeof this;
  })(),
  (() => typeof this)(),
  new Function('a', 'b', '/*c*/ return a').toString().replace(/\n/g, '\\n'),
  new Function().toString().replace(/\n/g, '\\n'),
  Object.getPrototypeOf(async () => {})
    .constructor('await 1')
    .toString()
    .replace(/\n/g, '\\n'),
);
