// Counters, assertions, options of console.dir, timers without labels.
console.count();
console.count();
console.count('x');
console.count(undefined);
console.countReset();
console.count();
console.countReset('nope');
console.count('default');
console.count(5);
console.count({});
console.count(null);
console.assert(true, 'no');
console.assert(false);
console.assert(false, 'msg %s', 'x');
console.assert(false, { a: 1 });
console.assert(0, 'a', 'b');
console.assert();
console.assert(false, 'p%%q');
console.assert(false, 5, 6);
console.assert(false, undefined);
console.dir({ a: { b: { c: { d: 1 } } } });
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.dir({ a: { b: { c: { d: { e: 1 } } } } }, { depth: null });
console.dir([1, 2], { showHidden: true });
console.dir('s');
console.dir(1, 2);
console.dir();
console.dirxml({ a: 1 }, [2]);
console.dir(
  {
    a: 1,
    get b() {
      return 2;
    },
  },
  { getters: true },
);
console.dir({ b: 1, a: 2 }, { sorted: true });
console.dir(
  Array.from({ length: 20 }, (_, i) => i),
  { maxArrayLength: 3 },
);
console.dir('x'.repeat(30), { maxStringLength: 10 });
console.dir({ a: 1, b: { c: 2 } }, { compact: false });
console.dir({ a: 'x'.repeat(30), b: 'y'.repeat(30) }, { breakLength: 40 });
console.dir(new Proxy({ a: 1 }, {}), { showProxy: true });
console.dir(123456789.123, { numericSeparator: true });
console.dir({ a: Infinity }, { depth: Infinity });
console.info('i');
console.debug('d');
console.warn('w');
console.error('e %d', 3);
console.timeEnd('none');
console.timeLog('none2');
console.log(
  typeof console.log,
  Object.keys(console).length > 10,
  String(console),
  Object.prototype.toString.call(console),
);
var l = console.log;
l('detached');
console.log(console.log.name, console.log.length, console.table.length);
