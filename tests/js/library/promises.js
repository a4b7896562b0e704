// slow: a thousand promises
// Promise: combinators, thenables, subclasses, unusual executors.
const log = [];
const p = (...a) =>
  log.push(
    a
      .map(x =>
        x instanceof Error ? x.name + ' ' + x.message : typeof x === 'object' ? JSON.stringify(x) : String(x),
      )
      .join(' '),
  );
new Promise((res, rej) => {
  res(1);
  rej(2);
  res(3);
  throw 4;
}).then(v => p('first wins', v));
new Promise(() => {
  throw new Error('executor');
}).catch(e => p('caught', e));
new Promise((_, rej) =>
  rej({
    then(f) {
      f('not followed');
    },
  }),
).catch(e => p('rejected with thenable', typeof e.then));
const self = new Promise(r => queueMicrotask(() => r(self)));
self.catch(e => p(e));
new Promise(r =>
  r({
    get then() {
      throw new Error('getter');
    },
  }),
).catch(e => p(e));
new Promise(r =>
  r({
    then(f, g) {
      f('a');
      g('b');
      throw 'c';
    },
  }),
).then(v => p('once', v));
new Promise(r => r({ then: 5 })).then(v => p('no thenable', v));
Promise.resolve(1)
  .then(2)
  .then(v => p('passed', v));
Promise.reject(3)
  .then(v => v, undefined)
  .catch(v => p('passed', v));
Promise.resolve(1)
  .then(() => {
    throw 'x';
  })
  .then(
    () => p('never'),
    v => p('thrown', v),
  )
  .finally(() => 'ignored')
  .then(v => p('undefined is', v));
Promise.all([]).then(v => p('all', v));
Promise.all([1, Promise.resolve(2), { then: f => f(3) }]).then(v => p('all', v));
Promise.all([1, Promise.reject('no'), new Promise(() => {})]).catch(v => p('all', v));
Promise.all('ab').then(v => p(v));
Promise.all(5).catch(e => p(e.name));
Promise.all([
  {
    get then() {
      throw 'then';
    },
  },
]).catch(e => p('all', e));
Promise.race([]).then(() => p('never'));
Promise.race([1, 2]).then(v => p('race', v));
Promise.race([
  new Promise(r => setTimeout(r, 250, 'slow')),
  new Promise((_, r) => setTimeout(r, 1, 'fast')),
]).catch(v => p('race', v));
Promise.allSettled([1, Promise.reject(2), 'x']).then(v => p(v));
Promise.any([]).catch(e => p(e.name, e.errors, e.message));
Promise.any([Promise.reject(1), Promise.reject(2)]).catch(e => p(e.name, e.errors));
Promise.any([Promise.reject(1), new Promise(r => setTimeout(r, 1, 'any'))]).then(v => p(v));
Promise.try(x => x + 1, 4).then(v => p('try', v));
Promise.try(() => {
  throw 'tried';
}).catch(v => p(v));
const w = Promise.withResolvers();
w.promise.then(v => p('resolvers', v));
w.resolve('W');
console.log(Object.keys(w).join());
class Sub extends Promise {
  static get [Symbol.species]() {
    return Promise;
  }
  then(...a) {
    p('sub then');
    return super.then(...a);
  }
}
Sub.resolve('sub').then(v => p(v));
console.log(
  Sub.resolve(1) instanceof Sub,
  Sub.resolve(1).then(() => {}) instanceof Sub,
  Promise.resolve(Sub.resolve(1)) instanceof Sub,
  Sub.all([]) instanceof Sub,
);
(async () => {
  p('await sub', await Sub.resolve(5));
})();
const one = Promise.resolve(1);
console.log(
  Promise.resolve(one) === one,
  Promise.resolve.call(Sub, one) === one,
  Promise.prototype.finally.length,
  Object.prototype.toString.call(one),
  Promise.length,
);
for (const f of [
  () => Promise(),
  () => new Promise(),
  () => Promise.resolve.call(1),
  () => Promise.prototype.then.call(1),
  () => Promise.reject.call(undefined),
  () => new Promise({}),
  () => Promise.all.call(1, []),
])
  try {
    f();
    console.log('fine');
  } catch (e) {
    console.log(e.name);
  }
let order = [];
const P = function (ex) {
  ex(
    v => order.push('res ' + v),
    () => {},
  );
};
P.resolve = v => ({
  then(f) {
    order.push('then');
    f(v);
  },
});
Promise.all.call(P, [1, 2]);
console.log(order.join());
const calls = [];
const resolve = Promise.resolve;
Promise.resolve = new Proxy(Promise.resolve, {
  apply(t, th, a) {
    calls.push(String(a[0]));
    return Reflect.apply(t, th, a);
  },
});
Promise.all([1, 2]);
(async () => {
  await 3;
})();
console.log(calls.join());
Promise.resolve = resolve;
const seq = [];
(async () => {
  for (let i = 0; i < 3; i++) {
    seq.push('a' + i);
    await null;
  }
})();
(async () => {
  for (let i = 0; i < 3; i++) {
    seq.push('b' + i);
    await null;
  }
})();
setTimeout(() => console.log(seq.join()), 2);
setTimeout(() => console.log(log.join('\n')), 20);
let chain = Promise.resolve(0);
for (let i = 0; i < 1000; i++) chain = chain.then(n => n + 1);
chain.then(n => p('chain', n));
(async function deep(n) {
  return n ? 1 + (await deep(n - 1)) : 0;
})(500).then(n => p('deep', n));
Array.fromAsync([1, Promise.resolve(2)], x => x * 2).then(v => p('fromAsync', v));
Array.fromAsync(
  (async function* () {
    yield 1;
    yield 2;
  })(),
).then(v => p('fromAsync', v));
