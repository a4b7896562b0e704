// Destructuring: the order in which sources are read, targets evaluated and values stored.
const log = [];
const say = (what, value) => {
  log.push(what);
  return value;
};
function flush(name) {
  console.log(name + ':', log.splice(0).join(' '));
}
const source = new Proxy(
  { a: 1, b: undefined, c: { d: 4 } },
  {
    get(t, k) {
      log.push('get ' + String(k));
      return t[k];
    },
    has(t, k) {
      log.push('has ' + String(k));
      return k in t;
    },
    ownKeys(t) {
      log.push('ownKeys');
      return Reflect.ownKeys(t);
    },
    getOwnPropertyDescriptor(t, k) {
      log.push('gopd ' + String(k));
      return Reflect.getOwnPropertyDescriptor(t, k);
    },
  },
);
const target = new Proxy(
  {},
  {
    set(t, k, v) {
      log.push(`set ${String(k)}=${v}`);
      t[k] = v;
      return true;
    },
  },
);
var {
  a,
  b = say('default b', 2),
  c: { d },
} = source;
flush('variables');
({ a: say('target', target).x, b: say('target', target).y = say('default', 3) } = source);
flush('assignment');
({
  [say('key 1', 'a')]: say('target 1', target)[say('prop 1', 'p')],
  [say('key 2', 'b')]: say('target 2', target)[say('prop 2', 'q')] = say('default 2', 9),
} = source);
flush('computed');
({
  [{
    toString() {
      return say('toString', 'a');
    },
  }]:
    target[
      {
        toString() {
          return say('name', 'n');
        },
      }
    ],
} = source);
flush('keys are converted');
var { a, ...others } = source;
flush('rest');
({ ['b']: a, ...target.rest } = source);
flush('rest into a property');
function* gen() {
  try {
    log.push('g1');
    yield 1;
    log.push('g2');
    yield 2;
    log.push('g3');
    yield 3;
  } finally {
    log.push('closed');
  }
}
[say('t', target).one, say('t', target).two = say('unused')] = gen();
flush('array');
[a = say('unused'), [b] = say('default', ['inner']), ...target.rest] = gen.call
  ? (function* () {
      yield undefined;
      yield undefined;
      yield 5;
      yield 6;
    })()
  : 0;
flush('array defaults');
console.log(a, b);
[target[say('k', 'z')]] = [];
flush('undefined');
try {
  [target.a, target.b] = {
    [Symbol.iterator]: () => ({
      next() {
        log.push('next');
        throw new Error('next');
      },
      return() {
        log.push('return');
      },
    }),
  };
} catch (e) {
  log.push(e.message);
}
flush('next throws');
try {
  [
    say('first', target).a,
    (() => {
      throw new Error('target');
    })().b,
  ] = gen();
} catch (e) {
  log.push(e.message);
}
flush('target throws');
function params(
  { p, q = say('q', p) },
  [r = say('r', q), ...s] = say('s', [undefined, 1, 2]),
  ...{ length, 0: t }
) {
  return [p, q, r, s, length, t].map(String).join();
}
console.log(params({ p: 1 }), params({ p: 1, q: 2 }, [3], 4, 5));
flush('parameters');
let x = 1,
  y = 2;
[x, y] = [y, x];
console.log(x, y);
const o = {};
[o.a, o['b'], [o.c], { k: o.d }] = [1, 2, [3], { k: 4 }];
console.log(JSON.stringify(o));
console.log(({ a: x } = { a: 5, z: 1 }).z, x, ([y] = 'str'), y);
const { length } = 'four',
  { 0: first, [1]: second } = 'ab';
console.log(length, first, second);
const { toFixed } = 1,
  { [Symbol.iterator]: it } = [];
console.log(typeof toFixed, it.name);
var { f = () => {}, g = class {}, h = function () {}, i = (0, () => {}) } = {};
console.log(f.name, g.name, h.name, i.name === '');
let n;
({ n = function () {} } = {});
console.log(n.name);
for (const { v, w = v } of [{ v: 1 }, { v: 2, w: 3 }]) console.log(v, w);
for (const [k, { z }] of Object.entries({ e: { z: 1 } })) console.log(k, z);
try {
  null_(null);
} catch (e) {
  console.log(e.name);
}
function null_({}) {}
try {
  (([]) => {})({});
} catch (e) {
  console.log(e.name);
}
try {
  (({ a: { b } }) => {})({});
} catch (e) {
  console.log(e.name);
}
const { __proto__: proto, ...rest } = { __proto__: { inherited: 1 }, own: 1 };
console.log(proto.inherited, JSON.stringify(rest));
const { ...copy } = Object.create(
  { inherited: 1 },
  { own: { value: 1, enumerable: true }, hidden: { value: 1 } },
);
console.log(JSON.stringify(copy));
const { ...text } = 'hi',
  { ...none } = 5;
console.log(JSON.stringify([text, none]));
(function ({ a }, b) {
  arguments[1] = 'changed';
  console.log(a, b);
})({ a: 1 }, 'kept');
try {
  throw { code: 1, list: [2, 3] };
} catch ({ code, list: [, second], none = 'd' }) {
  console.log(code, second, none);
}
