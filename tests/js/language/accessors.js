// Getters and setters: definition, inheritance, receivers, strict failures.
const o = {
  _v: 1,
  get v() {
    return this._v;
  },
  set v(x) {
    this._v = x * 2;
  },
  get only() {
    return 'read';
  },
  set write(x) {
    this.w = x;
  },
  get ['com' + 'puted']() {
    return 'c';
  },
  get 1() {
    return 'one';
  },
  get 'quoted key'() {
    return 'q';
  },
};
o.v = 5;
console.log(o.v, o.only, o.write, o.computed, o[1], o['quoted key']);
o.v += 1;
o.v++;
console.log(o.v, ++o.v, o.v--, o.v);
o.only = 1;
console.log(o.only);
(function () {
  'use strict';
  for (const f of [
    () => {
      o.only = 1;
    },
    () => {
      Object.freeze([])[0] = 1;
    },
    () => {
      'str'.length = 1;
    },
    () => {
      'str'.x = 1;
    },
    () => {
      (5).x = 1;
    },
    () => {
      undefined.x = 1;
    },
    () => {
      null.x;
    },
    () => {
      delete Object.freeze({ a: 1 }).a;
    },
  ])
    try {
      f();
      console.log('no error');
    } catch (e) {
      console.log(e.name + ': ' + e.message);
    }
})();
const child = Object.create(o);
child.v = 3;
console.log(child._v, o._v, Object.keys(child).join());
const primitive = [];
Object.defineProperty(Number.prototype, 'me', {
  get() {
    'use strict';
    primitive.push(typeof this);
    return this;
  },
  set(v) {
    'use strict';
    primitive.push(typeof this + v);
  },
  configurable: true,
});
(5).me;
(5).me = 1;
delete Number.prototype.me;
console.log(primitive.join());
const d = Object.getOwnPropertyDescriptors(o);
console.log(
  d.v.get.name,
  d.v.set.name,
  d.computed.get.name,
  d[1].get.name,
  typeof d.only.set,
  d.v.enumerable,
  d.v.configurable,
  'prototype' in d.v.get,
);
try {
  new d.v.get();
} catch (e) {
  console.log(e.name);
}
console.log(
  {
    get a() {
      return 1;
    },
    a: 2,
  }.a,
  {
    a: 2,
    get a() {
      return 1;
    },
  }.a,
  {
    get a() {
      return 1;
    },
    set a(x) {},
  }.a,
  Object.getOwnPropertyDescriptor({ a: 1, set a(x) {} }, 'a').get,
);
class C {
  static #count = 0;
  static get count() {
    return C.#count++;
  }
  get [Symbol.toStringTag]() {
    return 'Tag';
  }
  get self() {
    return this;
  }
  set self(v) {
    this.got = v;
  }
}
console.log(C.count, C.count, String(new C()), new C().self instanceof C);
class D extends C {
  get self() {
    return [super.self === this, 'derived'];
  }
  set self(v) {
    super.self = v + '!';
  }
}
const dd = new D();
dd.self = 'x';
console.log(dd.self, dd.got);
class E extends C {
  get self() {
    return 'only a getter';
  }
}
const e = new E();
e.self = 1;
console.log(e.self, e.got);
console.log(o.__lookupGetter__('v') === d.v.get, o.__lookupSetter__('only'));
o.__defineGetter__('late', () => 'late');
o.__defineSetter__('late', function (v) {
  this.l = v;
});
o.late = 9;
console.log(o.late, o.l);
console.log(Reflect.get(o, 'v', { _v: 'receiver' }));
const r = {};
Reflect.set(o, 'v', 4, r);
console.log(r._v, Reflect.set(o, 'only', 1), Reflect.set({}, 'a', 1, 5));
let calls = 0;
const lazy = {
  get x() {
    calls++;
    Object.defineProperty(this, 'x', { value: 'cached' });
    return 'first';
  },
};
console.log(lazy.x, lazy.x, calls);
for (let i = 0; i < 3; i++) {
  const obj =
    i === 1
      ? {
          get p() {
            return 'getter';
          },
        }
      : i === 2
        ? Object.create({
            get p() {
              return 'proto getter';
            },
          })
        : { p: 'data' };
  console.log(read(obj));
}
function read(x) {
  return x.p;
}
const proxied = new Proxy(
  {},
  {
    get: (t, k, rcv) =>
      typeof k === 'symbol' ? undefined : `${k} of ${rcv === proxied ? 'proxy' : 'child'}`,
  },
);
console.log(proxied.a, Object.create(proxied).b);
