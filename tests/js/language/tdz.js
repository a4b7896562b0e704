// Names between the beginning of their scope and their declaration.
function attempt(what, f) {
  try {
    console.log(what, f());
  } catch (e) {
    console.log(what, String(e));
  }
}
attempt('let', () => {
  x;
  let x = 1;
});
attempt('const', () => {
  x;
  const x = 1;
});
attempt('class', () => {
  new X();
  class X {}
});
attempt('typeof', () => {
  typeof x;
  let x;
});
attempt('assignment', () => {
  x = 1;
  let x;
});
attempt('compound', () => {
  x += 1;
  let x;
});
attempt('increment', () => {
  x++;
  let x = 0;
});
attempt('logical', () => {
  x ||= 1;
  let x;
});
attempt('closure', () => {
  const f = () => x;
  f();
  let x = 1;
});
attempt('closure later', () => {
  const f = () => x;
  let x = 1;
  return f();
});
attempt('own initialiser', () => {
  let x = x;
});
attempt('no initialiser', () => {
  let x;
  return x;
});
attempt('for', () => {
  for (let i = i; ;) break;
});
attempt('for of', () => {
  for (const x of [x]) break;
});
attempt('for in', () => {
  for (const x in x) break;
});
attempt('parameter', () => ((a = b, b) => a)());
attempt('parameter itself', () => ((a = a) => a)());
attempt('parameter before', () => ((a, b = a) => b)(3));
attempt('heritage', () => {
  class X extends X {}
});
attempt('computed key', () => {
  class X {
    [X.name]() {}
  }
});
attempt('static field', () => {
  class X {
    static a = X.name;
  }
  return X.a;
});
attempt('switch', () => {
  switch (1) {
    case 0:
      let x;
      break;
    case 1:
      return x;
  }
});
attempt('destructuring', () => {
  let { a = b, b } = {};
});
attempt('destructuring in order', () => {
  let { a, b = a } = { a: 7 };
  return b;
});
attempt('eval', () => {
  eval('x; let x');
});
attempt('eval sees', () => {
  eval('x');
  let x;
});
attempt('this', () => {
  class A {
    constructor() {
      this.a;
    }
  }
  class B extends A {
    constructor() {
      this.b;
      super();
    }
  }
  new B();
});
attempt('super twice', () => {
  class A {}
  class B extends A {
    constructor() {
      super();
      super();
    }
  }
  new B();
});
attempt('super in arrow', () => {
  class A {}
  class B extends A {
    constructor() {
      const f = () => super();
      f();
      return (this.x = this);
    }
  }
  return new B().x instanceof B;
});
attempt('no super', () => {
  class A {}
  class B extends A {
    constructor() {}
  }
  new B();
});
attempt('constant', () => {
  const x = 1;
  x = 2;
});
attempt('constant compound', () => {
  const x = 1;
  x += 2;
});
attempt('constant in loop', () => {
  for (const i = 0; i < 2; i++);
});
attempt('constant logical', () => {
  const x = 1;
  x ||= 2;
  return x;
});
attempt('constant logical assigned', () => {
  const x = 0;
  x ||= 2;
  return x;
});
attempt('constant closure', () => {
  const x = 1;
  (() => {
    x = 2;
  })();
});
attempt('class binding', () => {
  class X {
    static m() {
      X = 1;
    }
  }
  X.m();
});
attempt('class outside', () => {
  class X {}
  X = 1;
  return X;
});
attempt('loop copies', () => {
  const fs = [];
  for (let i = 0; i < 3; i++) fs.push(() => i++);
  return [fs[0](), fs[0](), fs[1](), fs[2]()];
});
attempt('loop body first', () => {
  let out = [];
  for (let i = 0, f = () => i; i < 2; i++) out.push(f());
  return out;
});
