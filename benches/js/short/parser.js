// Expressions: tokens by a regular expression, a parser by precedence, an evaluator of closures.
"use strict";
function tokens(text) {
  return [...text.matchAll(/\s*(?:(\d+(?:\.\d+)?)|([a-z]+)|(.))/g)].map(([, number, name, sign]) =>
    number !== undefined ? { kind: "number", value: Number(number) } : name !== undefined ? { kind: "name", name } : { kind: sign });
}
const levels = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 3 };
function parse(text) {
  const list = tokens(text);
  let at = 0;
  function primary() {
    const token = list[at++];
    if (token.kind === "number") return () => token.value;
    if (token.kind === "name") return (scope) => scope[token.name];
    if (token.kind === "-") {
      const operand = primary();
      return (scope) => -operand(scope);
    }
    if (token.kind !== "(") throw new SyntaxError(`unexpected ${token.kind} at ${at}`);
    const inner = expression(0);
    at++;
    return inner;
  }
  function expression(level) {
    let left = primary();
    while (at < list.length && levels[list[at].kind] > level) {
      const kind = list[at++].kind;
      const [a, b] = [left, expression(kind === "^" ? levels[kind] - 1 : levels[kind])];
      left = {
        "+": (s) => a(s) + b(s), "-": (s) => a(s) - b(s), "*": (s) => a(s) * b(s), "/": (s) => a(s) / b(s), "^": (s) => a(s) ** b(s),
      }[kind];
    }
    return left;
  }
  return expression(0);
}
const formulas = ["(x + 3) * -y ^ 2 / 7", "x * x - 2 * x * y + y * y", "((1 + x) * (2 - y) + 4.5) / (x - y + 100)", "2 ^ 3 ^ 0.5 + x"];
let sum = 0, failed = 0;
for (let i = 0; i < 60; i++) {
  for (const formula of formulas) {
    const run = parse(formula);
    for (let x = 0; x < 12; x++) sum += run({ x, y: i });
  }
  try {
    parse("1 + * " + i);
  } catch (error) {
    failed += error instanceof SyntaxError ? 1 : 0;
  }
}
console.log(sum.toFixed(6), failed);
