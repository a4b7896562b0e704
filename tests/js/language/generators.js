// Generators: every way in and out.
function* simple() {
  const a = yield 1;
  const b = yield a + 1;
  return a + b;
}
const s = simple();
console.log(s.next('ignored'), s.next(10), s.next(20), s.next());
function* guarded(log) {
  try {
    yield 'a';
    yield 'b';
  } catch (e) {
    log.push('caught ' + e);
    yield 'c';
  } finally {
    log.push('finally');
    yield 'from finally';
    log.push('end');
  }
  return 'r';
}
for (const script of ['nnnnn', 'nrn', 'nrnn', 'ntnn', 'ntrn', 'nrtn', 'r', 't', 'nnr', 'ntt', 'nnnnr']) {
  const log = [],
    g = guarded(log),
    out = [];
  for (const c of script)
    try {
      const r = c === 'n' ? g.next() : c === 'r' ? g.return('R') : g.throw('T');
      out.push(`${r.value}${r.done ? '!' : ''}`);
    } catch (e) {
      out.push('threw ' + e);
    }
  console.log(script, '|', out.join(' '), '|', log.join(', '));
}
function* inner() {
  try {
    const x = yield 'i1';
    console.log('inner got', x);
    yield 'i2';
    return 'inner result';
  } catch (e) {
    console.log('inner caught', e);
    return 'recovered';
  } finally {
    console.log('inner finally');
  }
}
function* outer() {
  const r = yield* inner();
  console.log('delegate gave', r);
  yield 'o';
  yield* [7, 8];
  yield* 'hi';
  return yield* (function* () {
    return 'tail';
  })();
}
let g = outer();
console.log(g.next().value, g.next('sent').value, g.next().value, [...g]);
g = outer();
g.next();
console.log(g.throw('thrown').value);
g = outer();
g.next();
console.log(g.return('early'), g.next());
const manual = {
  [Symbol.iterator]() {
    return {
      next(v) {
        console.log('next', v);
        return { value: 'm', done: false, extra: 1 };
      },
      return(v) {
        console.log('return', v);
        return { value: 'closed', done: true };
      },
    };
  },
};
function* deleg() {
  try {
    yield* manual;
  } finally {
    console.log('cleanup');
  }
}
g = deleg();
console.log(g.next('dropped'));
g.next('second');
try {
  g.throw('no throw method');
} catch (e) {
  console.log(e.name);
}
g = deleg();
g.next();
console.log(g.return('value'));
function* running() {
  try {
    g2.next();
  } catch (e) {
    yield e.message;
  }
}
const g2 = running();
console.log(g2.next().value);
function* infinite() {
  let n = 0;
  while (true) yield n++;
}
const taken = [];
for (const n of infinite()) {
  if (n > 3) break;
  taken.push(n);
}
console.log(taken);
const [p, q, ...none] = (function* () {
  yield* [1, 2];
})();
console.log(p, q, none);
console.log([
  ...(function* () {
    yield;
    yield undefined;
    yield null;
    return 'not there';
  })(),
]);
console.log(
  Array.from(
    (function* (n) {
      while (n--) yield n ** 2;
    })(4),
  ),
);
const o = {
  *m() {
    yield this === o;
  },
  *['computed']() {
    yield 'c';
  },
  async *am() {},
};
console.log(o.m().next().value, [...o.computed()], o.m.name, o.computed.name);
class C {
  static *s() {
    yield 's';
  }
  *#p() {
    yield 'private';
  }
  all() {
    return [...this.#p(), ...C.s()];
  }
  *[Symbol.iterator]() {
    yield* this.all();
  }
}
console.log([...new C()]);
console.log(
  typeof simple.prototype,
  Object.getPrototypeOf(s) === simple.prototype,
  s instanceof simple,
  s[Symbol.iterator]() === s,
  Object.prototype.toString.call(s),
  String(simple),
);
try {
  new simple();
} catch (e) {
  console.log(e.message);
}
function* args() {
  yield arguments.length;
  yield this;
  yield typeof new.target;
}
console.log([...args(1, 2, 3)].length);
function* defaults(a = 1, [b] = [2], ...c) {
  yield a + b + c.length;
}
console.log(defaults().next().value, defaults(5, [6], 7, 8).next().value);
function* yields() {
  const x = (yield 'a') + (yield 'b');
  const arr = [yield 'c', ...(yield 'd')];
  const obj = { [yield 'e']: yield 'f' };
  yield `${yield 'g'}`;
  return {
    x,
    arr,
    obj,
    t: (yield 'h') ? yield 'i' : 0,
    f: Math.max(yield 'j', yield 'k'),
    u: yield,
    n: -(yield 'l'),
  };
}
g = yields();
let r,
  feed = [undefined, 1, 2, 'C', ['D'], 'key', 'val', 'G', 'back', true, 'I', 3, 9, 'U', 5],
  i = 0;
const asked = [];
do {
  r = g.next(feed[i++]);
  asked.push(r.value);
} while (!r.done);
console.log(asked.slice(0, -1).join(), JSON.stringify(r.value));
function* nestedTry() {
  try {
    try {
      yield 1;
    } finally {
      yield 2;
    }
  } finally {
    yield 3;
  }
}
g = nestedTry();
console.log(g.next().value, g.return('x').value, g.next().value, g.next());
g = nestedTry();
g.next();
g.throw('boom');
g.next();
try {
  g.next();
} catch (e) {
  console.log(e, g.next().done);
}
function* loop() {
  for (const x of [1, 2]) for (let y = 0; y < 2; y++) yield x * 10 + y;
  switch (yield 's') {
    case 1:
      yield 'one';
    default:
      yield 'd';
  }
}
console.log([...loop()].join());
const GF = Object.getPrototypeOf(simple).constructor;
console.log([...new GF('a', 'yield a; yield* [a + 1]')(4)], GF.name);
function* fib() {
  let [a, b] = [0, 1];
  for (;;) {
    yield a;
    [a, b] = [b, a + b];
  }
}
let sum = 0;
for (const n of fib()) {
  if (n > 1e6) break;
  if (n % 2 === 0) sum += n;
}
console.log(sum);
function* walk(t) {
  if (t) {
    yield* walk(t.l);
    yield t.v;
    yield* walk(t.r);
  }
}
console.log([...walk({ v: 4, l: { v: 2, l: { v: 1 }, r: { v: 3 } }, r: { v: 5 } })].join());
