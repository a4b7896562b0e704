// Declarations: what exists before the first statement, and what it is worth.
console.log(typeof early, early(), later, typeof later);
var later = 1;
function early() {
  return 'hoisted';
}
console.log(later);
function early() {
  return 'the last one counts';
}

function scopes() {
  console.log(x, typeof inner);
  if (true) {
    var x = 'var crosses blocks';
    let y = 'let does not';
    console.log(x, y);
  }
  console.log(x, typeof y);
  for (var i = 0, n = 2; i < n; i++);
  console.log(i, n);
  function inner() {}
  var inner;
  console.log(typeof inner);
  try {
    throw 'e';
  } catch (e) {
    var e = 'the parameter';
  }
  console.log(e);
  switch (1) {
    case 0:
      var never;
    case 1:
      var some = 's';
  }
  console.log(never, some);
}
scopes();

function parameters(a, b = () => a, c = b()) {
  var a;
  console.log(a, b(), c);
  a = 'variable';
  console.log(a, b(), c);
}
parameters('parameter');
function same(f) {
  console.log(typeof f);
  function f() {}
  var f = 5;
  console.log(typeof f);
}
same(1);
function argumentsName() {
  var arguments;
  console.log(typeof arguments, arguments.length);
}
argumentsName(1, 2);
function argumentsFunction() {
  function arguments() {}
  console.log(typeof arguments);
}
argumentsFunction(1, 2);
function argumentsParameter(arguments) {
  console.log(arguments);
}
argumentsParameter('own');
(function named() {
  named = 1;
  console.log(typeof named);
})();
(function named() {
  var named = 1;
  console.log(named);
})();
(function () {
  'use strict';
  try {
    (function named() {
      named = 1;
    })();
  } catch (e) {
    console.log(e.message);
  }
})();
