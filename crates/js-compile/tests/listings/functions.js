function fib(n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); }
function sum(a) { let s = 0; for (let i = 0; i < a.length; i++) s += a[i]; return s; }
function counter() { let c = 0; return () => ++c; }
function mapped(a) { a = 1; return arguments; }
function simple(a) { return arguments[0] + arguments.length; }
function defaults(a, b = a, ...c) { return [a, b, c]; }
function closures(a = () => b, b) { var b; return a; }
