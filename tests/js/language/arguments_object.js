// The arguments object: mapped in sloppy functions with simple parameters, a copy otherwise.
function mapped(a, b) {
  arguments[0] = 'x';
  b = 'y';
  const before = [a, arguments[1]];
  arguments[2] = 'z';
  return [...before, arguments.length, arguments[2]];
}
console.log(mapped(1, 2), mapped(1), mapped());
function strict(a) {
  'use strict';
  arguments[0] = 'x';
  a = 'y';
  return [a, arguments[0]];
}
console.log(strict(1));
function defaults(a = 0) {
  arguments[0] = 'x';
  return [a, arguments[0], arguments.length];
}
console.log(defaults(1), defaults());
function twice(a, a) {
  arguments[1] = 'second';
  return [a, arguments[0]];
}
console.log(twice(1, 2));
function unmapped(a) {
  delete arguments[0];
  a = 2;
  arguments[0] = 3;
  return [a, arguments[0]];
}
console.log(unmapped(1));
function readonly(a) {
  Object.defineProperty(arguments, 0, { writable: false });
  a = 2;
  return [a, arguments[0]];
}
console.log(readonly(1));
function accessor(a) {
  Object.defineProperty(arguments, 0, { get: () => 'got', configurable: true });
  a = 2;
  return [a, arguments[0]];
}
console.log(accessor(1));
function redefined(a) {
  Object.defineProperty(arguments, 0, { value: 'v' });
  const x = a;
  a = 'w';
  return [x, arguments[0], JSON.stringify(Object.getOwnPropertyDescriptor(arguments, 0))];
}
console.log(redefined(1));
function frozen(a) {
  Object.freeze(arguments);
  a = 2;
  return [a, arguments[0], Object.isFrozen(arguments)];
}
console.log(frozen(1));
function captured(a) {
  const get = () => a,
    set = v => {
      a = v;
    };
  set('s');
  arguments[0] += '!';
  return [get(), arguments[0]];
}
console.log(captured('c'));
function escaped(a, b) {
  return [
    arguments,
    v => {
      a = v;
    },
  ];
}
const [object, set] = escaped(1, 2);
set('later');
console.log(object[0], object.length, Array.from(object));
function shape() {
  return [
    Object.prototype.toString.call(arguments),
    arguments[Symbol.iterator] === [][Symbol.iterator],
    Reflect.ownKeys(arguments).map(String).join(),
    arguments.callee === shape,
  ];
}
console.log(shape(1, 2));
function strictShape() {
  'use strict';
  try {
    arguments.callee;
  } catch (e) {
    return [e.name, Reflect.ownKeys(arguments).map(String).join()];
  }
}
console.log(strictShape(1));
function length() {
  arguments.length = 1;
  return [].slice.call(arguments).length + ',' + [...arguments].length;
}
console.log(length(1, 2, 3));
const arrow = function () {
  return (() => arguments[0])('inner');
};
console.log(arrow('outer'));
function inEval(a) {
  eval('arguments[0] = "eval"');
  return a;
}
console.log(inEval(1));
function nested() {
  return (function () {
    return arguments.length;
  })(...arguments, 'one more');
}
console.log(nested(1, 2));
console.log(
  function (a, b, c) {
    return arguments.length;
  }.length,
  (function () {
    return arguments.length;
  })(...[1, 2, 3]),
);
function callee(n) {
  return n < 2 ? 1 : n * arguments.callee(n - 1);
}
console.log(callee(5));
function assigned() {
  arguments = 'replaced';
  return arguments;
}
console.log(assigned(1));
function sealed(a) {
  'use strict';
  return Object.isExtensible(arguments);
}
console.log(sealed());
function many() {
  let s = 0;
  for (let i = 0; i < arguments.length; i++) s += arguments[i];
  return s;
}
console.log(
  many(1, 2, 3, 4),
  many.apply(null, Array(1000).fill(1)),
  many.apply(null, { length: 2, 0: 5, 1: 6 }),
);
class K {
  get g() {
    return arguments.length;
  }
  set s(v) {
    this.n = arguments.length;
  }
  static m() {
    return typeof arguments;
  }
}
const k = new K();
k.s = 1;
console.log(k.g, k.n, K.m());
function param(a, b = arguments.length, c = () => arguments[0]) {
  a = 'changed';
  return [b, c()];
}
console.log(param(1), param(1, undefined, undefined, 4));
function gen() {
  return (function* () {
    yield* arguments;
  })(...arguments);
}
console.log([...gen(7, 8)]);
