// switch: strict comparison, order of tests, default anywhere, lexical scope of all cases.
function kind(x) {
  switch (x) {
    case undefined:
      return 'undefined';
    case null:
      return 'null';
    case 0:
      return 'zero';
    case '0':
      return 'string zero';
    case NaN:
      return 'never';
    case true:
      return 'true';
    case 1n:
      return 'one n';
    default:
      return typeof x;
  }
}
console.log([undefined, null, 0, -0, '0', NaN, true, 1n, 1, {}].map(kind).join());
const log = [];
const t = (name, value) => {
  log.push(name);
  return value;
};
switch (t('subject', 3)) {
  case t('a', 1):
  case t('b', 3):
    log.push('body');
  case t('c', 4):
    log.push('through');
    break;
  default:
    log.push('no');
}
console.log(log.join());
function first(x) {
  let out = '';
  switch (x) {
    default:
      out += 'd';
    case 1:
      out += '1';
      break;
    case 2:
      out += '2';
  }
  return out;
}
console.log(first(1), first(2), first(3));
function empty(x) {
  switch (x) {
  }
  switch (x) {
    default:
  }
  return 'ok';
}
console.log(empty(1));
switch (1) {
  case 1:
    let x = 'lexical';
    function f() {
      return x;
    }
    const g = () => x;
    console.log(f(), g());
}
switch (1) {
  case 0:
    class C {}
  case 1:
    try {
      new C();
    } catch (e) {
      console.log(e.message);
    }
}
function small(x) {
  switch (x) {
    case 0:
      return 'a';
    case 1:
      return 'b';
    case 2:
      return 'c';
    case 3:
      return 'd';
    case 4:
      return 'e';
    case 5:
      return 'f';
    case 6:
      return 'g';
  }
  return '?';
}
console.log([-1, 0, 1, 2, 3, 4, 5, 6, 7, 1.5, '1'].map(small).join(''));
function text(s) {
  switch (s) {
    case 'alpha':
      return 1;
    case 'be' + 'ta':
      return 2;
    case `gamma`:
      return 3;
    case String(4):
      return 4;
  }
  return 0;
}
console.log(['alpha', 'beta', 'gamma', '4', 4].map(text).join());
console.log(
  eval('switch (1) { case 1: "a"; break; case 2: "b" }'),
  eval('switch (2) { case 1: "a"; default: }'),
  eval('1; switch (1) { case 1: }'),
);
