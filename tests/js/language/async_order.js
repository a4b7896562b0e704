// The order of microtasks: await, then, thenables, async generators.
const log = [];
const p = (...a) => log.push(a.join(' '));
async function a1() {
  p('a1 start');
  await null;
  p('a1 1');
  await 0;
  p('a1 2');
  return 'a1';
}
async function a2() {
  p('a2 start');
  const x = await a1();
  p('a2 got', x);
  return a1();
}
async function thrower() {
  await null;
  throw new Error('thrown');
}
a2().then(x => p('a2 then', x));
thrower().catch(e => p('caught', e.message));
Promise.resolve()
  .then(() => p('t1'))
  .then(() => p('t2'))
  .then(() => p('t3'))
  .then(() => p('t4'))
  .then(() => p('t5'))
  .then(() => p('t6'));
(async () => {
  await {
    then(f) {
      p('thenable called');
      f('thenable');
    },
  };
  p('after thenable');
})();
(async () => {
  try {
    await Promise.reject('r');
  } catch (e) {
    p('await rejected', e);
  } finally {
    p('finally');
  }
})();
new Promise(r => {
  p('executor');
  r(Promise.resolve('inner'));
}).then(v => p('resolved with promise', v));
Promise.resolve({
  then(f) {
    p('job');
    f('v');
  },
}).then(v => p('from thenable', v));
queueMicrotask(() => p('microtask'));
(async function* () {
  p('ag start');
  yield 1;
  p('ag resumed');
})()
  .next()
  .then(r => p('ag', r.value, r.done));
(async () => {
  for await (const x of [
    1,
    Promise.resolve(2),
    {
      then(f) {
        f(3);
      },
    },
  ])
    p('for await', x);
  p('loop end');
})();
(async () => p('arrow', await (async () => 'nested')()))();
(async () => {
  const [x, y] = await Promise.all([1, a3()]);
  p('all', x, y);
})();
async function a3() {
  await 1;
  await 2;
  return 'a3';
}
(async () => {
  const f = async () => await Promise.resolve('return await');
  p(await f());
})();
(async () => {
  const f = async () => Promise.resolve('return promise');
  p(await f());
})();
Promise.race([new Promise(() => {}), Promise.resolve('race')]).then(v => p(v));
Promise.any([Promise.reject(1), Promise.resolve('any')]).then(v => p(v));
Promise.allSettled([Promise.reject(1), 2]).then(v => p(JSON.stringify(v)));
Promise.resolve('f')
  .finally(() => p('in finally'))
  .then(v => p('after finally', v));
Promise.reject('x')
  .finally(() => {
    throw 'replaced';
  })
  .catch(e => p('finally threw', e));
class Sub extends Promise {}
(async () => {
  p(await Sub.resolve('sub'));
})();
const own = Promise.resolve(1);
own.constructor = function () {};
(async () => {
  await own;
  p('other constructor');
})();
setTimeout(() => {
  p('timeout 1');
  Promise.resolve().then(() => p('microtask of timeout'));
}, 0);
setTimeout(() => p('timeout 2'), 0);
p('sync end');
setTimeout(() => console.log(log.join('\n')), 20);
