// What console.log shows.
var circ = { name: 'c' };
circ.self = circ;
circ.deep = { back: circ, arr: [circ] };
var c2 = { a: {} };
c2.a.b = c2;
c2.a.c = c2.a;
const list = [
  () => Promise.resolve(4),
  () => Promise.resolve({ a: 1 }),
  () => {
    var p = Promise.reject(3);
    p.catch(() => {});
    return p;
  },
  () => new Promise(() => {}),
  () => Object.assign(Promise.resolve(1), { x: 1 }),
  () => new (class P extends Promise {})(() => {}),
  () => new Proxy({ a: 1 }, {}),
  () => new Proxy([1], {}),
  () => new Proxy(function f() {}, {}),
  () => new Proxy(class K {}, {}),
  () => {
    var r = Proxy.revocable({}, {});
    r.revoke();
    return r.proxy;
  },
  () =>
    new Proxy(
      { a: 1 },
      {
        get() {
          throw 1;
        },
      },
    ),
  () => ({ p: new Proxy({}, {}) }),
  () => new Proxy(new Proxy([1, 2], {}), {}),
  () => circ,
  () => c2,
  () => [circ],
  () => {
    var m = new Map();
    m.set('m', m);
    return m;
  },
  () => {
    var s = new Set();
    s.add(s);
    return s;
  },
  () => {
    var a = [];
    a.push(a, [a]);
    return a;
  },
  () => {
    var f = () => {};
    f.f = f;
    return f;
  },
  () =>
    (function () {
      return arguments;
    })(1, 2),
  () =>
    (function () {
      return arguments;
    })(),
  () =>
    (function () {
      'use strict';
      return arguments;
    })(1),
  () => [1, , 3],
  () => [,],
  () => [, , 1, ,],
  () => new Array(5),
  () => new Array(1),
  () => [undefined, null],
  () => Object.assign([1, 2], { x: 1, '-1': 2 }),
  () => {
    var a = [1];
    a[5] = 2;
    return a;
  },
  () => {
    var a = [];
    a[4294967294] = 1;
    return a.length;
  },
  () => {
    var a = [1, 2];
    Object.defineProperty(a, 0, {
      get() {
        return 1;
      },
      enumerable: true,
    });
    return a;
  },
  () => {
    var a = [1, 2];
    Object.defineProperty(a, 1, { enumerable: false });
    return a;
  },
];
for (const make of list) console.log(make());
