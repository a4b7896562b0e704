// Format specifiers.
console.log('%s %s', 'a');
console.log('%s', 'a', 'b', { c: 1 });
console.log('%d', '12');
console.log('%d', '0x10');
console.log('%d', 'abc');
console.log('%d', 5n);
console.log('%d', {});
console.log('%d', Symbol('x'));
console.log('%i', '12.9px');
console.log('%i', -5.7);
console.log('%f', '1.50abc');
console.log('%f', 'abc');
console.log('%i', 9007199254740993n);
console.log('%f', Symbol());
console.log('%j', { a: [1, 'x'] });
console.log('%j', undefined);
console.log('%j', () => 1);
var c = {};
c.c = c;
console.log('%j', c);
console.log('%j', 1n === 1n);
console.log('%o', { a: 1, f() {} });
console.log('%O', { a: { b: { c: { d: 1 } } } });
console.log('%o', [1, 2]);
console.log('%o', 'str');
console.log('%o', function foo() {});
console.log(
  '%o',
  class Q {
    static x = 1;
  },
);
console.log('%c styled', 'color:red');
console.log('100%', 'a');
console.log('%', 'a');
console.log('%%');
console.log('%% %s', 'a');
console.log('a%%b');
console.log('%x', 'a');
console.log('%s', null, undefined, true);
console.log('%s', undefined);
console.log('%s', -0);
console.log('%s', 10n);
console.log('%s', Symbol('q'));
console.log('%s', {});
console.log('%s', { a: { b: { c: 1 } } });
console.log('%s', [1, [2, [3]]]);
console.log('%s', () => 1);
console.log('%s', class A {});
console.log('%s', new Date(0));
console.log('%s', {
  toString() {
    return 'custom';
  },
});
console.log(
  '%s',
  new (class {
    toString() {
      return 'cls';
    }
  })(),
);
console.log('%s', new Map([[1, { a: 1 }]]));
console.log('%s', /re/g);
console.log('%s', Object.create(null));
console.log('%s', new String('bx'));
console.log('%s', new Number(3));
console.log(
  '%s',
  Object.create({
    toString() {
      return 'inh';
    },
  }),
);
console.log('%s', new (class X extends Array {})(1, 2));
console.log('%s', new Proxy({}, {}));
console.log(
  '%s',
  new Proxy(
    {
      toString() {
        return 'px';
      },
    },
    {},
  ),
);
console.log('%s%s%s', 1, 2);
console.log('a', 'b');
console.log('a\n', 'b');
console.log(1, 'a', null);
console.log({ a: 'x' }, 'y');
console.log();
console.log('');
console.log('', '');
console.log('%s');
console.log('%d %d', 1);
console.log('%s', '');
console.log(1, '%s', 2);
console.log('%i', '');
console.log('%d', '');
console.log('%d', null);
console.log('%d', [5]);
console.log('%d', true);
console.log('%i', '1e3');
console.log('%f', '1e3');
console.log('%f', {});
console.log('%i', [7]);
console.log('%f', '-.5');
console.log('%f', ' +3.25 ');
console.log('%f', 'Infinity');
console.log('%i', 'Infinity');
console.log('%f', '-0');
console.log('%d', '-0');
console.log('%i', -0.5);
console.log('%s', 'x'.repeat(5), 'y');
console.log('%O', 'str');
console.log('%o', 5);
console.log('%o', { a: [1, { b: new Set([1]) }] });
