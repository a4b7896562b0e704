// exit: 1
const f = new Function('x', 'return x.y.z');
f({});
