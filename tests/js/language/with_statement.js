// with: lookup, assignment, calls, unscopables, deletion, closures.
var outer = 'outer';
const o = {
  a: 1,
  m() {
    return this === o;
  },
  get g() {
    return 'getter';
  },
  set s(v) {
    this.got = v;
  },
};
with (o) {
  a = 2;
  var declared = 'v';
  outer = 'changed';
  s = 5;
  console.log(a, m(), g, got, typeof missing, (() => a)(), (0, m)());
  function inside() {
    return typeof a;
  }
  let blockScoped = a + 1;
  console.log(blockScoped);
}
console.log(o.a, outer, declared, o.declared, inside());
with ({ x: 1 }) {
  with ({ y: 2, x: 'inner' }) {
    console.log(x, y);
    x = 3;
  }
  console.log(x);
}
with ({ declared: 'in object' }) {
  var declared = 'assigned to object';
  console.log(declared);
}
console.log(declared);
const log = [];
const proxy = new Proxy(
  {
    p: 1,
    f() {
      return this === proxy;
    },
  },
  {
    has(t, k) {
      log.push('has ' + String(k));
      return k in t;
    },
    get(t, k, r) {
      log.push('get ' + String(k));
      return Reflect.get(t, k, r);
    },
    set(t, k, v, r) {
      log.push('set ' + String(k));
      return Reflect.set(t, k, v);
    },
    deleteProperty(t, k) {
      log.push('delete ' + String(k));
      return delete t[k];
    },
  },
);
function say(...a) {
  console.log(...a, '|', log.splice(0).join(', '));
}
with (proxy) {
  p;
}
say('read');
with (proxy) {
  p = 2;
}
say('write');
with (proxy) {
  p += 1;
}
say('compound');
with (proxy) {
  p++;
}
say('increment');
with (proxy) {
  f();
}
say('call');
with (proxy) {
  typeof p;
  typeof nope;
}
say('typeof');
with (proxy) {
  delete p;
}
say('delete');
with (proxy) {
  try {
    nope = 1;
  } catch {}
}
say('missing', typeof nope);
delete globalThis.nope;
with (proxy) {
  ({ f: p } = { f: 9 });
  [p] = [8];
}
say('patterns');
with (proxy) {
  for (p of [1, 2]);
  for (p in { k: 1 });
}
say('loops');
with (proxy) {
  p ||= 1;
  p &&= 2;
  p ??= 3;
}
say('logical');
with ([1, 2, 3]) {
  console.log(length, typeof values, join('-'), typeof keys);
}
const un = { hidden: 1, shown: 2, [Symbol.unscopables]: { hidden: true, shown: false } };
var hidden = 'global hidden';
with (un) {
  console.log(hidden, shown);
  hidden = 'set global';
}
console.log(hidden, un.hidden);
with ('str') console.log(length, toUpperCase());
with (5) console.log(toFixed(1));
for (const bad of [null, undefined])
  try {
    with (bad) {
    }
  } catch (e) {
    console.log(e.name);
  }
function params(obj, a) {
  with (obj) {
    return [
      a,
      (function () {
        return a;
      })(),
      eval('a'),
      (x => x + a)(1),
    ];
  }
}
console.log(params({ a: 'obj' }, 'param'), params({}, 'param'));
function vars(obj) {
  with (obj) {
    var v = 'assigned';
  }
  return v;
}
console.log(vars({}), vars({ v: 1 }));
function appears(obj) {
  const get = () => {
    with (obj) return late;
  };
  var late = 'variable';
  const first = get();
  obj.late = 'property';
  return [first, get()];
}
console.log(appears({}));
function deletes(obj) {
  with (obj) {
    const r = [q, delete q];
    return r.concat(typeof q);
  }
}
console.log(deletes({ q: 1 }));
const disappearing = {
  get d() {
    delete this.d;
    return 2;
  },
};
with (disappearing) {
  d = d + 1;
}
console.log(disappearing.d);
(function () {
  with (
    {
      get u() {
        delete this.u;
        return 1;
      },
    }
  ) {
    (function () {
      'use strict';
    })();
  }
})();
const fns = [];
for (const i of [1, 2]) with ({ i: i * 10, j: i }) fns.push(() => [i, j]);
console.log(fns.map(f => f()));
label: with (o) {
  if (a) break label;
}
with (o) with (un) var both = a + shown;
console.log(both, eval('with ({ z: 3 }) z * 2'), Function('o', 'with (o) return k')({ k: 'dynamic' }));
with ({ eval: x => 'not eval ' + x }) console.log(eval('1'));
with ({}) {
  console.log(eval('typeof o'));
}
with ({ undefined: 'redefined' }) console.log(undefined);
with (
  new (class {
    #p = 1;
    get pub() {
      return this.#p;
    }
  })()
)
  console.log(pub);
function* gen(obj) {
  with (obj) {
    yield w;
    yield w;
  }
}
const go = { w: 1 },
  gi = gen(go);
console.log(gi.next().value, ((go.w = 2), gi.next().value));
async function as(obj) {
  with (obj) {
    await null;
    return w;
  }
}
as({ w: 'async' }).then(console.log);
class C {
  static m(obj) {
    return Function('o', 'with (o) { return this.x + x }').call({ x: 1 }, obj);
  }
}
console.log(C.m({ x: 2 }));
function call(obj) {
  with (obj) {
    return [t(), t?.(), t`x`, new k().v, eval('t()')];
  }
}
console.log(
  call({
    v: 'this',
    t() {
      return this.v;
    },
    k: function () {
      this.v = 'new';
    },
  }),
);
function spread(obj) {
  with (obj) return mx(...list);
}
console.log(spread({ list: [1, 9], mx: Math.max }));
