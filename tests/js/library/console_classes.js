// What console.log shows.
class A {
  constructor() {
    this.x = 1;
  }
  get g() {
    return 1;
  }
  static s = 2;
}
class B extends A {
  #p = 1;
  y = [1, 2];
}
class Ext extends Map {
  constructor() {
    super([[1, 2]]);
    this.q = 1;
  }
}
class ExtA extends Array {}
class Tagged {
  get [Symbol.toStringTag]() {
    return 'TT';
  }
}
function Fn() {
  this.a = 1;
}
Fn.prop = 1;
const list = [
  () => new A(),
  () => new B(),
  () => A,
  () => B,
  () => class {},
  () => class extends A {},
  () => class Foo extends null {},
  () => [A, B],
  () => Object.assign(class Q {}, { z: 1 }),
  () => new Ext(),
  () => ExtA.from([1, 2, 3]),
  () => new ExtA(),
  () => new Tagged(),
  () => Object.assign(new Tagged(), { a: 1 }),
  () => new (class extends Tagged {})(),
  () => ({
    get [Symbol.toStringTag]() {
      return 'X';
    },
  }),
  () => ({ [Symbol.toStringTag]: 'X' }),
  () => Object.create({ [Symbol.toStringTag]: 'Y' }),
  () => Object.create(null),
  () => Object.assign(Object.create(null), { a: 1 }),
  () => Object.create(Object.create(null)),
  () => Object.create({}),
  () => Object.create({ a: 1 }),
  () => Object.create(A.prototype),
  () => A.prototype,
  () => B.prototype,
  () => Object.prototype,
  () => Array.prototype,
  () => Function.prototype,
  () => Map.prototype,
  () => Error.prototype,
  () => Date.prototype,
  () => RegExp.prototype,
  () => Promise.prototype,
  () => Symbol.prototype,
  () => Number.prototype,
  () => String.prototype,
  () => Boolean.prototype,
  () => BigInt.prototype,
  () => Set.prototype,
  () => WeakMap.prototype,
  () => ArrayBuffer.prototype,
  () => DataView.prototype,
  () => Uint8Array.prototype,
  () => new Fn(),
  () => Fn,
  () => Fn.prototype,
  () => function () {},
  () => () => {},
  () => async () => {},
  () => function* g() {},
  () => async function* ag() {},
  () => async function af() {},
  () => Object.assign(() => {}, { a: 1, b: { c: 1 } }),
  () => Object.setPrototypeOf(function nf() {}, null),
  () => Object.setPrototypeOf(function nf() {}, A),
  () => Math.max,
  () => Math,
  () => JSON,
  () => Reflect,
  () => Atomics,
  () => function () {}.bind(),
  () => function foo() {}.bind(),
  () => Proxy,
  () => ({
    f() {},
    get x() {
      return 1;
    },
    set x(v) {},
    get y() {
      return 1;
    },
    set z(v) {},
  }),
];
for (const make of list) console.log(make());
