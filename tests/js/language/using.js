// using and await using: order of disposal, errors, scopes.
const log = [];
const say = name => {
  console.log(name + ':', log.splice(0).join(', '));
};
const res = (name, fail) => ({
  name,
  [Symbol.dispose]() {
    log.push('dispose ' + name);
    if (fail) throw new Error('dispose ' + name);
  },
});
const ares = (name, fail) => ({
  name,
  async [Symbol.asyncDispose]() {
    log.push('begin ' + name);
    await null;
    log.push('end ' + name);
    if (fail) throw new Error('async ' + name);
  },
});
{
  using a = res('a'),
    b = res('b');
  log.push('body ' + a.name + b.name);
}
say('block');
{
  using n = null,
    u = undefined;
  log.push(n, u);
}
say('nullish');
function f() {
  using x = res('x');
  {
    using y = res('y');
    log.push('inner');
  }
  return log.push('return value');
}
f();
say('function');
for (using l of [res('1'), res('2')]) log.push('loop ' + l.name);
say('for of');
for (using l of [res('1'), res('2')]) {
  log.push('break');
  break;
}
say('break');
outer: for (const i of [1, 2]) {
  using c = res('c' + i);
  if (i === 1) continue outer;
}
say('continue');
for (using h = res('head'), k = { v: 0, [Symbol.dispose]() {} }; k.v < 2; k.v++) log.push('round');
say('for');
function errors(body, ...fails) {
  try {
    using a = res('a', fails[0]),
      b = res('b', fails[1]),
      c = res('c', fails[2]);
    if (body) throw new Error('body');
  } catch (e) {
    const show = e =>
      e instanceof SuppressedError ? `Suppressed(${show(e.error)}, ${show(e.suppressed)})` : e.message;
    log.push('=> ' + show(e));
  }
}
errors(true);
say('body throws');
errors(false, true);
say('one throws');
errors(true, true);
say('both');
errors(true, true, true, true);
say('all');
errors(false, true, false, true);
say('two');
for (const bad of [5, {}, 'x', { [Symbol.dispose]: 1 }, { [Symbol.asyncDispose]() {} }])
  try {
    using x = bad;
    log.push('never');
  } catch (e) {
    log.push(e.name);
  }
say('not disposable');
try {
  using a = res('first'),
    b = {};
} catch (e) {
  log.push(e.name);
}
say('the first one is disposed');
{
  using t = {
    get [Symbol.dispose]() {
      log.push('looked up at the declaration');
      return () => log.push('called');
    },
  };
  log.push('body');
}
say('method');
try {
  (() => {
    using x = res('x');
    x = 1;
  })();
} catch (e) {
  log.push(e.message);
}
say('constant');
try {
  tdz;
  using tdz = null;
} catch (e) {
  log.push(e.name);
}
say('early');
switch (1) {
  case 0: {
    using never = res('never');
  }
  case 1: {
    using s = res('s');
    log.push('case');
  }
}
say('switch');
function* gen() {
  using g = res('g');
  yield 1;
  yield 2;
}
for (const x of gen()) {
  log.push(x);
  break;
}
say('generator');
class K {
  static {
    using st = res('static');
    log.push('block');
  }
}
say('static block');
const arrow = () => {
  using z = res('z');
  return z.name;
};
log.push(arrow());
say('arrow');
{
  using fn = Object.assign(() => 1, {
    [Symbol.dispose]() {
      log.push(this === fn_);
    },
  });
  var fn_ = fn;
}
say('function as resource');
{
  using x = res('outer');
  {
    using x = res('inner');
  }
}
say('shadow');
using: for (let using of [1, 2]) log.push(using);
var using = 'name';
log.push(using);
{
  let of = [3];
  for (using of of) log.push(using);
}
say('a name as well');
try {
  eval('using e = res("eval"); log.push("in eval")');
} catch (e) {
  log.push(e.name);
}
say('eval');
{
  const stack = new DisposableStack();
  stack.use(res('s1'));
  stack.adopt('value', v => log.push('adopted ' + v));
  stack.defer(() => log.push('deferred'));
  const moved = stack.move();
  log.push(stack.disposed, moved.disposed);
  moved.dispose();
  moved.dispose();
  try {
    stack.use(res('late'));
  } catch (e) {
    log.push(e.name);
  }
}
say('DisposableStack');
{
  using it = [1, 2].values();
  log.push(typeof it[Symbol.dispose]);
}
say('iterators');
(async () => {
  {
    await using a = ares('a');
    await using b = res('sync');
    using c = res('c');
    log.push('body');
  }
  say('await using');
  {
    await using n = null;
    log.push('null');
  }
  say('null');
  async function g() {
    await using x = ares('x');
    return 'value';
  }
  log.push(await g());
  say('return');
  for (await using l of [ares('l1'), res('l2')]) log.push(l.name);
  say('loop');
  async function* ag() {
    yield ares('y1');
    yield ares('y2');
  }
  for await (await using l of ag()) log.push(l.name);
  say('for await');
  for await (using l of [res('sync 1')]) log.push(l.name);
  say('for await using');
  try {
    await using a = ares('a', true),
      b = ares('b', true);
    throw new Error('body');
  } catch (e) {
    log.push(
      e.name,
      e.error.message,
      e.suppressed.name,
      e.suppressed.error.message,
      e.suppressed.suppressed.message,
    );
  }
  say('errors');
  try {
    await using x = { [Symbol.asyncDispose]: 5 };
  } catch (e) {
    log.push(e.name);
  }
  say('bad');
  async function order() {
    await using a = {
      [Symbol.asyncDispose]() {
        log.push('no promise');
      },
    };
  }
  const p = order().then(() => log.push('done'));
  log.push('after the call');
  await p;
  say('ticks');
  async function* agen() {
    await using r = ares('r');
    yield 1;
  }
  for await (const x of agen()) break;
  say('async generator');
  const s = new AsyncDisposableStack();
  s.use(ares('s1'));
  s.defer(async () => {
    await 0;
    log.push('deferred');
  });
  s.adopt(1, v => log.push('adopt ' + v));
  await s.disposeAsync();
  say('AsyncDisposableStack');
  const se = new SuppressedError('e', 's', 'm');
  log.push(se.error, se.suppressed, se.message);
  say('SuppressedError');
})().catch(e => console.log('failed', e));
