// Names that strict code may not assign to, read where something else is assigned to.
"use strict";
function f() {
  let a, b, c = [1, 2, 3];
  [a = arguments, b = eval("7")] = [];
  console.log(a.length, b);
  ({ x: a = () => arguments.length, ...b } = { y: 1 });
  console.log(a(), b);
  ({ a = eval("1 + 1") } = {});
  c[arguments.length]++;
  [c[eval("0")], c[arguments[1]]] = [5, 6];
  console.log(a, c);
}
f(1, 2);
for (const text of ["[eval] = []", "({ arguments } = {})", "({ a: arguments } = {})", "({ ...eval } = {})", "eval++", "--arguments", "[a = eval = 1] = []", "for (eval of []);", "let eval", "[(eval)] = []"]) {
  try { new Function("a", `"use strict"; ${text}`); console.log(text, "fine"); } catch (e) { console.log(text, e.name); }
}
