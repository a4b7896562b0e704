// Names that only the running program can resolve: sloppy direct evals, strict globals, keys that are objects.
function unresolved() {
  eval('');
  madeGlobal = 1;
  const before = typeof madeGlobal;
  eval('var madeGlobal = "local"');
  madeGlobal += '!';
  return [before, madeGlobal, globalThis.madeGlobal];
}
console.log(unresolved(), delete globalThis.madeGlobal);
function assigned(code) {
  eval(code);
  (() => {
    v = 'assigned';
    w = typeof w;
  })();
  return [typeof v, typeof w, (() => v)()];
}
console.log(assigned('var v, w'), typeof v, assigned(''), v, delete globalThis.v, delete globalThis.w);
class Base {
  constructor() {
    this.made = true;
  }
}
class Derived extends Base {
  constructor() {
    eval('super()');
    this.again = (() => {
      try {
        eval('super()');
      } catch (e) {
        return e.message;
      }
    })();
  }
}
console.log(new Derived().made, new Derived().again);
class Arrow extends Base {
  constructor() {
    const make = () => eval('super(); this.made');
    this_ = make();
  }
}
var this_;
new Arrow();
console.log(this_);
(function () {
  'use strict';
  try {
    (0, eval)('"use strict"; strictGlobal = 1');
  } catch (e) {
    console.log(e.message);
  }
  try {
    undeclared = ((globalThis.undeclared = 1), 2);
  } catch (e) {
    console.log(e.name, globalThis.undeclared);
  }
  globalThis.declared = 1;
  declared = 2;
  declared += 3;
  console.log(declared, delete globalThis.declared);
  try {
    gone = (delete globalThis.gone, 1);
  } catch (e) {
    console.log(e.name);
  }
})();
function checked() {
  const set = x => {
    later = x;
  };
  try {
    set(1);
  } catch (e) {
    console.log(e.message);
  }
  let later = 0;
  set(5);
  return later;
}
console.log(checked());
const log = [];
const key = {
  toString() {
    log.push('key');
    return 'k';
  },
};
const o = { k: 1 };
o[key] += 1;
o[key]++;
o[key] ||= 5;
console.log(o.k, log.length);
try {
  null[key] += 1;
} catch (e) {
  console.log(e.name, log.length);
}
debugger;
for (const name of ['a', 'b']) {
  eval(`var dyn_${name} = '${name}'`);
}
console.log(dyn_a + dyn_b, delete globalThis.dyn_a, typeof dyn_a);
function deep() {
  return (() => {
    eval('var inArrow = 1');
    return (() => {
      inArrow++;
      return inArrow;
    })();
  })();
}
console.log(deep(), typeof inArrow);
function blocks(code) {
  {
    let block = 1;
    eval(code);
    {
      block += 1;
      return [block, typeof made];
    }
  }
}
console.log(blocks('block = 10; var made'), blocks('{ let block = 5 }'));
function functions() {
  eval('function f() { return 1 } if (true) { function g() { return 2 } }');
  f = 5;
  return [f, g()];
}
console.log(functions());
function params(a, b = eval('a = "by eval"; 1')) {
  return [a, b];
}
console.log(params('x'));
function types() {
  eval('');
  return [
    typeof nothing,
    typeof log,
    (() => {
      try {
        return nothing;
      } catch (e) {
        return e.message;
      }
    })(),
  ];
}
console.log(types());
