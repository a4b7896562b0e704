// Inheritance: super, new.target, species, built-in parents, null, odd heritage.
class A {
  constructor(...a) {
    this.args = a;
    this.target = new.target.name;
  }
  m() {
    return 'A.m';
  }
  static s() {
    return 'A.s ' + this.name;
  }
  get g() {
    return 'A.g ' + this.v;
  }
  set p(x) {
    this._p = x;
  }
  v = 'a';
}
class B extends A {
  m() {
    return super.m() + '>B.m';
  }
  static s() {
    return super.s() + '!';
  }
  get g() {
    return super.g + '>B.g';
  }
  v = 'b';
  setSuper() {
    super.p = 1;
    super.q = 2;
    return [this._p, Object.hasOwn(this, 'q'), super.q];
  }
  arrow() {
    return (() => (() => super.m())())();
  }
  evil() {
    return eval('super.m()');
  }
  computed(k) {
    return super[k]();
  }
  del() {
    try {
      delete super.m;
    } catch (e) {
      return e.name;
    }
  }
  inc() {
    super.n = 1;
    super.n++;
    super.n += 5;
    return [this.n, super.n];
  }
  call() {
    return super.m.call(1) + super['m']();
  }
  opt() {
    return super.zzz?.();
  }
  tag() {
    return super.m`x`;
  }
}
const b = new B(1, 2);
console.log(
  b.args,
  b.target,
  b.m(),
  B.s(),
  b.g,
  b.setSuper(),
  b.arrow(),
  b.evil(),
  b.computed('m'),
  b.del(),
  b.inc(),
  b.call(),
  b.opt(),
  b.tag(),
);
class C extends B {
  constructor() {
    const before = () => {
      try {
        return this;
      } catch (e) {
        return e.name;
      }
    };
    const first = before();
    super(...'xy');
    this.first = first;
    this.after = before() === this;
  }
}
const c = new C();
console.log(c.first, c.after, c.args, c.target, c.m());
class Implicit extends A {}
console.log(new Implicit(7).args, Implicit.length, Object.getPrototypeOf(Implicit) === A);
class Ret extends A {
  constructor(r) {
    super();
    return r;
  }
}
console.log(new Ret().target, new Ret({ other: 1 }));
for (const bad of [1, null, 'x'])
  try {
    console.log(new Ret(bad));
  } catch (e) {
    console.log(e.message);
  }
class NoSuper extends A {
  constructor() {
    return { skipped: true };
  }
}
console.log(new NoSuper());
class Undef extends A {
  constructor() {
    return undefined;
  }
}
try {
  new Undef();
} catch (e) {
  console.log(e.message);
}
class N extends null {
  constructor() {
    return Object.create(new.target.prototype);
  }
  static s = 1;
}
console.log(
  Object.getPrototypeOf(N.prototype),
  new N() instanceof N,
  Object.getPrototypeOf(N) === Function.prototype,
);
class N2 extends null {}
try {
  new N2();
} catch (e) {
  console.log(e.name);
}
for (const h of [
  undefined,
  5,
  'str',
  {},
  () => {},
  async function () {},
  function* () {},
  Object.assign(function () {}, { prototype: 3 }),
  Math.max,
  { constructor: A },
])
  try {
    class X extends h {}
    console.log('fine');
  } catch (e) {
    console.log(e.name);
  }
function F(x) {
  this.x = x;
}
F.prototype.hi = function () {
  return 'hi ' + this.x;
};
class G extends F {
  hi() {
    return super.hi() + '!';
  }
}
console.log(new G(5).hi());
const bound = A.bind(null, 'bound');
class Bd extends ((bound.prototype = A.prototype), bound) {}
console.log(new Bd('own').args, new Bd().target);
class Stack extends Array {
  top() {
    return this[this.length - 1];
  }
  static get [Symbol.species]() {
    return Array;
  }
}
const st = new Stack(1, 2, 3);
console.log(
  st.length,
  st.top(),
  st.map(x => x) instanceof Stack,
  st instanceof Stack,
  Array.isArray(st),
  Stack.from([1]).constructor.name,
  st.concat([1]).constructor.name,
);
class M extends Map {
  get(k) {
    return super.get(k) ?? 'default';
  }
  set(k, v) {
    return super.set(k, v + '!');
  }
}
console.log(new M([['a', 1]]).get('a'), new M().get('zz'), new M().size);
class P extends Promise {}
console.log(P.resolve(1).then(() => {}) instanceof P, new P(() => {}) instanceof P);
class E extends TypeError {
  constructor(m) {
    super(m, { cause: 'c' });
    this.name = new.target.name;
  }
}
const e = new E('msg');
console.log(
  String(e),
  e instanceof TypeError,
  e.cause,
  e.stack.split('\n')[0],
  Object.prototype.toString.call(e),
);
class Re extends RegExp {
  exec(s) {
    const r = super.exec(s);
    if (r) r.extra = 1;
    return r;
  }
}
console.log(new Re('a').exec('a').extra, 'xax'.replace(new Re('a'), 'b'), new Re('x').test('x'));
class U8 extends Uint8Array {
  sum() {
    return this.reduce((a, b) => a + b);
  }
}
console.log(new U8([1, 2, 3]).sum(), new U8(4).subarray(1).constructor.name);
class Str extends String {
  shout() {
    return this.toUpperCase() + this.length;
  }
}
console.log(new Str('abc').shout());
class Num extends Number {
  dbl() {
    return this * 2;
  }
}
console.log(new Num(4).dbl());
class Fn extends Function {}
console.log(new Fn('a', 'return a')(3), new Fn() instanceof Fn);
class Dt extends Date {
  y() {
    return this.getUTCFullYear();
  }
}
console.log(new Dt(0).y());
try {
  class Pr extends Proxy {}
} catch (x) {
  console.log(x.name);
}
class Sym extends Symbol {}
try {
  new Sym();
} catch (x) {
  console.log(x.name);
}
const mix = S =>
  class extends S {
    mixed() {
      return 'mixed ' + super.m?.();
    }
  };
console.log(new (mix(A))().mixed(), new (mix(mix(B)))().mixed(), new (mix(Object))().mixed());
const o1 = {
    hi() {
      return 'o1';
    },
  },
  o2 = {
    __proto__: o1,
    hi() {
      return super.hi() + ' o2';
    },
    get x() {
      return super.x;
    },
    ['comp']() {
      return super.hi();
    },
  };
console.log(o2.hi(), o2.x, o2.comp());
const moved = { hi: o2.hi };
console.log(moved.hi());
Object.setPrototypeOf(o2, { hi: () => 'changed' });
console.log(o2.hi());
class Change extends A {}
Object.setPrototypeOf(
  Change,
  class Z {
    constructor() {
      this.z = 1;
    }
  },
);
console.log(new Change().z);
Object.setPrototypeOf(Change, () => {});
try {
  new Change();
} catch (x) {
  console.log(x.message);
}
class Nested extends A {
  constructor() {
    super(
      new (class extends A {
        constructor() {
          super('inner');
        }
      })().args[0],
      (() => super.constructor === undefined) && 1,
    );
  }
}
try {
  console.log(new Nested().args);
} catch (x) {
  console.log(x.name);
}
class Abs {
  constructor() {
    if (new.target === Abs) throw new TypeError('abstract');
  }
}
class Con extends Abs {}
try {
  new Abs();
} catch (x) {
  console.log(x.message);
}
console.log(
  new Con() instanceof Abs,
  Reflect.construct(Abs, [], Con) instanceof Con,
  Reflect.construct(
    function () {
      return new.target;
    },
    [],
    Array,
  ) === Array,
);
function NT() {
  return new.target;
}
console.log(
  NT(),
  typeof new NT(),
  (() => {
    try {
      return A();
    } catch (x) {
      return x.message;
    }
  })(),
);
const superArrow = class extends A {
  constructor() {
    const go = () => super('via arrow');
    go();
  }
};
console.log(new superArrow().args);
const superEval = class extends A {
  constructor() {
    eval('super("via eval")');
  }
};
console.log(new superEval().args);
const twice = class extends A {
  constructor() {
    super();
    try {
      super();
    } catch (x) {
      this.err = x.name;
    }
  }
};
console.log(new twice().err);
const tryArgs = class extends A {
  constructor() {
    super(
      ...(() => {
        try {
          return [this];
        } catch (x) {
          return [x.name];
        }
      })(),
    );
  }
};
console.log(new tryArgs().args);
