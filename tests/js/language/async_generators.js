// Async generators: queues of requests, delegation, closing.
const log = [];
const p = (...a) => log.push(a.map(x => (typeof x === 'object' ? JSON.stringify(x) : String(x))).join(' '));
const sleep = (ms, v) => new Promise(r => setTimeout(r, ms, v));
async function* count(n) {
  try {
    for (let i = 0; i < n; i++) {
      const got = yield i;
      if (got !== undefined) p('got', got);
    }
    return 'end';
  } catch (e) {
    p('caught', e);
    yield 'after catch';
  } finally {
    p('finally');
  }
}
async function main() {
  const c = count(3);
  p(...(await Promise.all([c.next(), c.next('x'), c.next(), c.next(), c.next()])));
  const d = count(5);
  p(await d.next());
  p(await d.return('R'));
  p(await d.next());
  const e = count(5);
  await e.next();
  p(await e.throw('T'));
  p(await e.next());
  const f = count(1);
  p(await f.return(Promise.resolve('unstarted')), await f.next());
  const g = count(1);
  await g.throw('early').catch(x => p('rejected', x));
  p(await g.next());
  for await (const x of count(3)) {
    p('x', x);
    if (x === 1) break;
  }
  outer: for await (const a of count(2))
    for await (const b of count(2)) {
      if (b) continue outer;
      p(a, b);
    }
  async function* deleg() {
    const r = yield* count(2);
    p('delegated', r);
    yield* [Promise.resolve('array'), 'sync'];
    yield* (function* () {
      yield 'gen';
    })();
    return 'done';
  }
  const all = [];
  const it = deleg();
  for (let r; !(r = await it.next()).done;) all.push(r.value);
  p(all.join());
  async function* awaits() {
    yield Promise.resolve('resolved');
    yield await sleep(1, 'slept');
    try {
      yield Promise.reject('rejected');
    } catch (x) {
      yield 'caught ' + x;
    }
    return Promise.resolve('returned');
  }
  const w = awaits();
  for (let i = 0; i < 5; i++) p(await w.next());
  async function* thrower() {
    yield 1;
    throw 'error';
  }
  try {
    for await (const x of thrower()) p(x);
  } catch (x) {
    p('loop threw', x);
  }
  const sync = {
    [Symbol.iterator]() {
      let i = 0;
      return {
        next: () => ({ value: i++ ? Promise.reject('bad') : 1, done: false }),
        return() {
          p('sync closed');
          return {};
        },
      };
    },
  };
  try {
    for await (const x of sync) p('sync', x);
  } catch (x) {
    p('sync threw', x);
  }
  const closing = {
    [Symbol.asyncIterator]() {
      return {
        next: async () => ({ value: 'v', done: false }),
        async return() {
          p('closing');
          await null;
          p('closed');
          return {};
        },
      };
    },
  };
  for await (const x of closing) {
    p(x);
    break;
  }
  try {
    for await (const x of closing) throw 'body';
  } catch (x) {
    p(x);
  }
  await (async () => {
    for await (const x of closing) return x;
  })();
  try {
    for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => 5 }) });
  } catch (x) {
    p(x.name);
  }
  try {
    for await (const x of 5);
  } catch (x) {
    p(x.name);
  }
  try {
    for await (const x of {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({
          get done() {
            throw 'done';
          },
        }),
      }),
    });
  } catch (x) {
    p(x);
  }
  class C {
    async *m() {
      yield this.v;
    }
    v = 'field';
    static async *s() {
      yield super.name;
    }
    async *#q() {
      yield '#q';
    }
    async all() {
      const out = [];
      for await (const x of this.#q()) out.push(x);
      return out;
    }
  }
  for await (const x of new C().m()) p(x);
  p(await new C().all());
  const AGF = Object.getPrototypeOf(count).constructor;
  for await (const x of new AGF('a', 'yield a')('dynamic')) p(x);
  const order = [];
  async function* slow() {
    for (const x of [30, 1]) {
      await sleep(x);
      yield x;
    }
  }
  const sl = slow();
  await Promise.all(
    [sl.next(), sl.next(), sl.next()].map((q, i) => q.then(r => order.push(i + ':' + r.value))),
  );
  p(order.join());
  const { value } = await count(1)[Symbol.asyncIterator]().next();
  p(value, Object.prototype.toString.call(count()), typeof count.prototype.next);
  const ret = (async function* () {
    try {
      yield 1;
    } finally {
      await null;
      yield 'in finally';
      p('cleanup');
    }
  })();
  await ret.next();
  p(await ret.return('x'), await ret.next(), await ret.next());
  try {
    await async function* () {}.prototype.next.call({});
  } catch (x) {
    p('incompatible', x.name);
  }
}
main().then(
  () => console.log(log.join('\n')),
  e => console.log('failed', e, log.join('\n')),
);
