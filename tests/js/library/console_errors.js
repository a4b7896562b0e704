// Errors as console.log shows them; their stacks are their first lines.
function NoStack(e) {
  e.stack = String(e);
  return e;
}
class MyErr extends Error {
  constructor(m) {
    super(m);
    this.code = 5;
    this.name = 'MyErr';
  }
}
class Other extends Error {}
console.log(NoStack(new Error('m')));
console.log(NoStack(new TypeError()));
console.log([NoStack(new Error('m'))]);
console.log({ e: NoStack(new RangeError('r')) });
console.log(NoStack(new Error('m', { cause: 'c' })));
console.log(NoStack(new Error('m', { cause: NoStack(new Error('inner')) })));
console.log(NoStack(new Error('m', { cause: { a: 1 } })));
console.log(NoStack(new AggregateError([NoStack(new Error('1')), 2], 'agg')));
console.log(NoStack(Object.assign(new Error('p'), { code: 1, x: { y: 2 } })));
console.log(NoStack(new MyErr('my')));
console.log(NoStack(new Other('o')));
console.log(NoStack(new Error('multi\nline')));
console.log(NoStack(new Error('')));
let e = new Error('a');
e.message = 'b';
console.log(NoStack(e));
e = new Error('n');
e.name = 'Foo';
e.stack = String(e);
console.log(e);
e = new Error('own');
e.stack = 'custom stack';
console.log(e);
e = new Error('x');
e.stack = '';
console.log(e);
console.log(Object.setPrototypeOf(NoStack(new Error('np')), null));
console.log(Object.create(Error.prototype));
console.log({ __proto__: Error.prototype, message: 'q' });
console.log(NoStack(new (class extends Error {})('anon')));
console.log({ a: { b: { c: NoStack(new Error('deep')) } } });
e = new Error('E\n    at fake (x:1:2)');
console.log(NoStack(e));
e = NoStack(new Error('circ'));
e.self = e;
console.log(e);
e = NoStack(new Error('c'));
e.cause = e;
console.log(e);
console.log(Object.defineProperty(NoStack(new Error('x')), 'cause', { value: undefined, enumerable: false }));
e = NoStack(new Error('k'));
e.name = 'Bar';
console.log(e);
e = new SyntaxError('s');
e.name = '';
e.stack = String(e);
console.log(e);
console.log(NoStack(Object.assign(new Error('q'), { message: 'enum' })));
e = new Error('f');
e[Symbol('s')] = 1;
console.log(NoStack(e));
