// slow: long lists
// Spread and rest: calls, arrays, objects.
const f = (...a) => a.length + ':' + a.join();
console.log(f(), f(...[]), f(...[1], 2, ...'ab', ...new Set([3, 3, 4])), f(...[, 1]));
console.log([...[1, , 3]], [...'a😀b'], [, ...[1], ,].length, [...new Map([[1, 2]])]);
console.log(Math.max(...[1, 5], ...[3]), new Date(...[2020, 1, 2]).getMonth(), new Array(...[3]).length);
class A {
  constructor(...a) {
    this.a = a;
  }
  m(...a) {
    return [this.a, a].join(';');
  }
  static s(...a) {
    return a;
  }
}
class B extends A {
  constructor(...a) {
    super(...a, 'b');
  }
  m(...a) {
    return super.m('super', ...a);
  }
}
console.log(new B(...[1, 2]).m(...'xy'), B.s(...[1]), new B().a);
const o = {
  m(...a) {
    return this === o && a.length;
  },
};
console.log(o.m(...[1, 2, 3]), o['m'](...[1]), o?.m(...[]), o.n?.(...[1]));
function rest(a, b = 2, ...r) {
  r.push('x');
  return [a, b, r.length, arguments.length, rest.length];
}
console.log(rest(), rest(1, 2, 3, 4), ((...r) => r instanceof Array && r.constructor === Array)());
(function (...args) {
  args[0] = 'changed';
  console.log(arguments[0]);
})('kept');
(function ([a, b], ...{ length }) {
  console.log(a, b, length);
})([1, 2], 3, 4, 5);
console.log({ ...{ a: 1 }, b: 2, ...{ a: 3 } }, { ...null, ...undefined, ...5, ...'hi', ...[9], ...true });
const log = [];
const logged = {
  get a() {
    log.push('a');
    return 1;
  },
  get b() {
    log.push('b');
    return 2;
  },
};
const copy = {
  ...logged,
  get a() {
    return 'kept';
  },
};
console.log(copy, log.join(), Object.getOwnPropertyDescriptor({ ...logged }, 'a'));
console.log(
  {
    set x(v) {
      log.push('setter');
    },
    ...{ x: 1 },
  },
  log.length,
);
console.log(
  { __proto__: { p: 1 }, ...{ q: 2 } }.p,
  Object.keys({ ...Object.create({ i: 1 }) }),
  { ...{ ['__proto__']: 5 } }['__proto__'],
);
console.log(Reflect.ownKeys({ ...{ [Symbol.iterator]: 1, z: 1, 1: 1 } }));
const it = {
  *[Symbol.iterator]() {
    yield 1;
    yield 2;
  },
};
console.log([...it, ...it], f(...it));
const original = Array.prototype[Symbol.iterator];
Array.prototype[Symbol.iterator] = function* () {
  for (let i = 0; i < this.length; i++) yield this[i] * 10;
};
const changed = [[...[1, 2]], f(...[1, 2]), (([a, b]) => a + b)([1, 2])].join(' ');
Array.prototype[Symbol.iterator] = original;
console.log(changed);
const next = Object.getPrototypeOf([][Symbol.iterator]());
const old = next.next;
next.next = function () {
  const r = old.call(this);
  if (!r.done) r.value = -r.value;
  return r;
};
const negative = [...[1, 2]].map(String).join() + f(...[3]);
next.next = old;
console.log(negative, [...[1]]);
for (const bad of [
  () => f(...5),
  () => f(...null),
  () => [...{}],
  () => new A(...1n),
  () => f(...{ [Symbol.iterator]: 1 }),
])
  try {
    bad();
    console.log('fine');
  } catch (e) {
    console.log(e.name);
  }
console.log(f(...Array(1000)).length, f(...Array.from({ length: 60000 }, (_, i) => i % 10)).length);
console.log(
  String.fromCharCode(...[72, 105]),
  [].concat(...[[1], [2, [3]]]),
  Object.assign({}, ...[{ a: 1 }, { b: 2 }]),
);
eval(...['console.log("spread into eval", typeof f)']);
const ev = eval;
console.log(ev(...['typeof f']), eval(...[1, 2]), eval(...[]));
function withEval() {
  var local = 1;
  return [eval(...['local']), eval('local', 2), (0, eval)('typeof local')];
}
console.log(withEval());
