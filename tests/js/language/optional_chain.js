// Optional chains and nullish operators: short circuits, this, delete, calls.
const log = [];
const k = n => {
  log.push(n);
  return n;
};
const o = {
  a: {
    b: { c: 1 },
    f() {
      return this.b;
    },
  },
  n: null,
  f() {
    return this === o;
  },
  list: [[1]],
  z: 0,
  empty: '',
};
console.log(
  o?.a?.b?.c,
  o.n?.x,
  o.n?.x.y.z,
  o.u?.[k('key')],
  o.u?.f(k('arg')),
  o.u?.x[k('later')](k('more')),
  log.length,
);
console.log(
  o.f?.(),
  o['f']?.(),
  o?.f(),
  o?.['f'](),
  (o?.f)(),
  o.f?.(),
  (0, o.f)?.call(o),
  o.missing?.(),
  o.missing?.().x,
);
console.log(
  o.a?.f().c,
  o.a.f?.()?.c,
  o.list?.[0]?.[0],
  o.list[5]?.[0],
  o?.[k('z')],
  o.z?.toFixed(1),
  o.empty?.length,
  false?.x,
  (0)?.toString(),
);
console.log(delete o.n?.x, delete o.u?.y.z, delete o.a?.b, 'b' in o.a, delete o?.['list'], 'list' in o);
for (const bad of [
  () => o.z?.(),
  () => o.n?.x.y(),
  () => (o.n?.x).y,
  () => o.n.x?.y,
  () => o.u.x,
  () => o.f?.x(),
  () => o.a?.missing(),
])
  try {
    console.log(bad());
  } catch (e) {
    console.log(e.name);
  }
console.log(
  null ?? 'n',
  undefined ?? 'u',
  0 ?? 'z',
  '' ?? 'e',
  NaN ?? 'x',
  false ?? 'f',
  (null || undefined) ?? 'both',
  null ?? undefined ?? 'deep',
);
class A {
  #p = { q: 5 };
  static get(x) {
    return x?.#p?.q;
  }
  static call(x) {
    return x?.#m?.();
  }
  #m() {
    return this.#p.q + 1;
  }
  static in(x) {
    return #p in x;
  }
}
console.log(A.get(new A()), A.get(null), A.call(new A()), A.call(undefined), A.in(new A()), A.in({}));
class B extends Array {
  g() {
    return super.at?.(0);
  }
  h() {
    return super.nothing?.(k('no'));
  }
}
console.log(new B(7, 8).g(), new B(1).h());
console.log(
  eval?.('typeof log'),
  (() => {
    var hidden = 1;
    return eval?.('typeof hidden');
  })(),
);
const p = new Proxy(
  {},
  {
    get(t, key) {
      log.push('get ' + String(key));
      return undefined;
    },
  },
);
log.length = 0;
p?.x?.y;
p.a?.[k('unused')];
p.m?.(k('unused'));
console.log(log.join());
let x = null;
x ??= 'assigned';
x ??= k('no');
console.log(x);
let y = { v: 0 };
y.v ||= 1;
y.v &&= 2;
y.v ??= 3;
y['w'] ??= 4;
console.log(y);
const c = 1;
try {
  c ??= 2;
  c &&= 2;
} catch (e) {
  console.log(e.message);
}
const setters = {
  get g() {
    log.push('g');
    return 1;
  },
  set g(v) {
    log.push('s');
  },
  get u() {
    log.push('gu');
  },
  set u(v) {
    log.push('su' + v);
  },
};
log.length = 0;
setters.g ||= k('no');
setters.g &&= k('yes');
setters.u ??= 5;
console.log(log.join());
let fn;
fn ??= () => {};
let cl = null;
cl ??= class {};
let named = 1;
named &&= function () {};
console.log(fn.name, cl.name, named.name);
const holder = {};
holder.f ??= () => {};
console.log(holder.f.name === '');
console.log(o?.a ? 0.5 : 1, true ? 0.5 : 1, o?.a?.f?.name, `${o?.n?.x}`, [...(o.n?.list ?? [1, 2])], {
  ...o.u?.v,
});
function* g() {
  yield o?.[yield 'key'];
}
const it = g();
it.next();
console.log(it.next('z').value);
(async () => console.log(await o.n?.x, (await null)?.x, await o?.f?.()))();
for (const m of ['a', 'missing', 'n']) console.log(o[m]?.constructor?.name ?? 'none');
label: {
  if (o?.n == null) break label;
  console.log('never');
}
