// Direct eval: scope, var, let, functions, this, strictness; indirect eval; Function.
var g = 'global';
function f() {
  var local = 'local';
  eval('var made = local + "!"; let hidden = 1; function fn() { return made; }');
  return [made, typeof hidden, fn(), typeof fn];
}
console.log(f(), typeof made);
function strict() {
  'use strict';
  eval('var made = 1');
  return typeof made;
}
console.log(strict());
function indirect() {
  var local = 1;
  const e = eval;
  return [e('typeof local'), e('g'), (0, eval)('this === globalThis'), e('var leaked = 5; leaked')];
}
console.log(indirect(), leaked, delete globalThis.leaked, typeof leaked);
function del() {
  eval('var d = 1');
  const before = typeof d;
  return [before, delete d, typeof d];
}
console.log(del());
function assign() {
  var x = 1;
  eval('x = 2');
  (() => eval('x += 10'))();
  return x;
}
console.log(assign());
function shadow(x) {
  eval('var x = "eval"');
  return x;
}
console.log(shadow('param'));
function letConflict() {
  let x = 1;
  try {
    eval('var x = 2');
  } catch (e) {
    return e.name + ': ' + e.message;
  }
}
console.log(letConflict());
function blockConflict() {
  {
    let y;
    try {
      eval('var y');
    } catch (e) {
      return e.name;
    }
  }
}
console.log(blockConflict());
function catchOk() {
  try {
    throw 1;
  } catch (e) {
    eval('var e = 2');
    var inner = e;
  }
  return [inner, e];
}
console.log(catchOk());
function defaults(a = eval('var z = "param scope"; z'), b = () => z) {
  var z = 'body';
  return [a, b(), z];
}
console.log(defaults());
const arrow = () => eval('typeof arguments');
(function () {
  console.log(
    (() => eval('arguments[0]'))(),
    eval('this.v'),
    eval('new.target'),
    (() => eval('new.target'))(),
  );
}).call({ v: 'this' }, 'arg');
new (function T() {
  console.log(eval('new.target === T'), eval('(() => new.target === T)()'));
})();
console.log(
  eval('1;;;'),
  eval('{}'),
  eval('({})'),
  eval('var q = 1'),
  eval('if (0) 1'),
  eval('1; if (0) 2'),
  eval('do { 3; break; } while (0)'),
  eval('"use strict"; 4'),
  eval(''),
  eval('//'),
  eval(5),
  eval({}) !== undefined,
  eval(),
);
console.log(
  eval('a: { 1; break a; }'),
  eval('for (var i = 0; i < 3; i++) i'),
  eval('2; for (;;) break'),
  eval('try { 5 } finally { 6 }'),
  eval('switch (1) { case 1: 7 }'),
  eval('8; function x() {}'),
  eval('9; var y = 1'),
  eval('class Q {}'),
  eval('with ({}) 10'),
  eval('11; { }'),
  eval('l: 12'),
  eval('13; throw_: { break throw_ }'),
  eval('do { 14; continue; } while (0)'),
  eval('15; try { throw 1 } catch { }'),
  eval('16; while (0);'),
);
class K {
  m() {
    return eval('super.toString === Object.prototype.toString');
  }
  static s() {
    return eval('() => this.name')();
  }
  #p = 3;
  p() {
    return eval('this.#p + 1');
  }
  f = eval('1 + 1');
}
console.log(new K().m(), K.s(), new K().p(), new K().f);
function nested() {
  var a = 1;
  return eval('var b = a + 1; eval("var c = b + 1; a + b + c")');
}
console.log(nested());
function closures() {
  const fs = [];
  for (let i = 0; i < 3; i++) fs.push(eval('() => i'));
  return fs.map(f => f());
}
console.log(closures());
function later() {
  const get = () => typeof dyn + (typeof dyn === 'undefined' ? '' : dyn);
  const a = get();
  eval('var dyn = 1');
  return [a, get()];
}
console.log(later());
function fnInBlock() {
  eval('{ function blockFn() { return "b"; } }');
  return typeof blockFn;
}
console.log(fnInBlock());
function strictEval() {
  eval('"use strict"; var s = 1; function t() {}');
  return [typeof s, typeof t];
}
console.log(strictEval());
console.log(
  typeof eval('(function () { return this; })()'),
  eval('"use strict"; (function () { return this; })()'),
  Function('return this')() === globalThis,
  Function('"use strict"; return this')(),
);
function* gen() {
  try {
    eval('yield');
  } catch (e) {
    yield e.name;
  }
}
console.log(gen().next().value);
(async () => {
  try {
    eval('await 1');
  } catch (e) {
    console.log(e.name);
  }
})();
const ev = eval;
{
  let eval = x => 'shadowed ' + x;
  console.log(eval('1'));
}
function param(eval) {
  return eval('x');
}
console.log(param(x => 'p' + x));
(function () {
  var eval = ev;
  var here = 'direct by value';
  console.log(eval('here'));
})();
console.log(
  ((a, b = eval('a + 1')) => b)(1),
  `${eval('`nested ${1 + 1}`')}`,
  [eval('1'), ...eval('[2, 3]')],
  { [eval('"k"')]: eval('"v"') },
);
console.log(
  eval('var e1 = 1; var e1; e1'),
  eval('let e2 = e2_(); function e2_() { return "hoisted"; } e2'),
  eval('typeof e3; var e3'),
  (() => {
    try {
      eval('typeof e4; let e4');
    } catch (e) {
      return e.message;
    }
  })(),
);
try {
  eval('throw new RangeError("from eval")');
} catch (e) {
  console.log(String(e));
}
try {
  eval('a b');
} catch (e) {
  console.log(e instanceof SyntaxError, e.name);
}
try {
  Function('a', '}, function () {');
} catch (e) {
  console.log(e.name);
}
try {
  Function('/*', '*/){');
} catch (e) {
  console.log(e.name);
}
console.log(
  Function('a', 'b', 'return a + b').toString(),
  new Function().name,
  Function('a,b', 'c', '//x').length,
);
function varLoop() {
  for (var i = 0; i < 2; i++) eval('var acc = (typeof acc == "undefined" ? 0 : acc) + i + 1');
  return acc;
}
console.log(varLoop());
function args(a) {
  eval('arguments[0] = "mapped"');
  return a;
}
console.log(args(1));
function argsVar() {
  eval('var arguments = 1');
  return arguments;
}
console.log(argsVar(2));
var undefinedName;
function typeofs() {
  return [
    typeof nope,
    eval('typeof nope'),
    (() => {
      try {
        return eval('nope');
      } catch (e) {
        return e.message;
      }
    })(),
  ];
}
console.log(typeofs());
