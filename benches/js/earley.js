// A chart parser (J. Earley, 1970) over an ambiguous grammar, with closures and lists.
"use strict";
const rules = {
  S: [["E"]],
  E: [["E", "+", "E"], ["E", "*", "E"], ["(", "E", ")"], ["n"], ["-", "E"]],
};

function parse(tokens) {
  const chart = Array.from({ length: tokens.length + 1 }, () => ({ items: [], seen: new Map() }));
  const add = (at, name, rule, dot, from, ways) => {
    const key = `${name},${rule},${dot},${from}`;
    const column = chart[at];
    const known = column.seen.get(key);
    if (known !== undefined) return known;
    const item = { name, symbols: rules[name][rule], rule, dot, from, ways };
    column.seen.set(key, item);
    column.items.push(item);
    return item;
  };
  rules.S.forEach((_, rule) => add(0, "S", rule, 0, 0, 1));
  for (let at = 0; at <= tokens.length; at++) {
    const items = chart[at].items;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      const next = item.symbols[item.dot];
      if (next === undefined) {
        for (const waiting of chart[item.from].items.slice())
          if (waiting.symbols[waiting.dot] === item.name)
            add(at, waiting.name, waiting.rule, waiting.dot + 1, waiting.from, waiting.ways + item.ways);
      } else if (rules[next] !== undefined) {
        rules[next].forEach((_, rule) => add(at, next, rule, 0, at, 1));
      } else if (tokens[at] === next) {
        add(at + 1, item.name, item.rule, item.dot + 1, item.from, item.ways);
      }
    }
  }
  const done = chart[tokens.length].items.filter((one) => one.name === "S" && one.dot === 1 && one.from === 0);
  return { accepted: done.length > 0, items: chart.reduce((sum, column) => sum + column.items.length, 0) };
}

// Lists of pairs and functions over them, in the manner of Lisp.
const cons = (head, tail) => ({ head, tail });
const list = (...values) => values.reduceRight((tail, head) => cons(head, tail), null);
const map = (f, l) => (l === null ? null : cons(f(l.head), map(f, l.tail)));
const fold = (f, start, l) => (l === null ? start : fold(f, f(start, l.head), l.tail));
const append = (a, b) => (a === null ? b : cons(a.head, append(a.tail, b)));
function permutations(l) {
  if (l === null) return list(null);
  let all = null;
  for (let p = l, before = null; p !== null; before = cons(p.head, before), p = p.tail) {
    const rest = fold((tail, head) => cons(head, tail), p.tail, before);
    const head = p.head;
    all = append(map((q) => cons(head, q), permutations(rest)), all);
  }
  return all;
}

let text = "n";
for (let i = 0; i < 44; i++) text += i % 3 === 0 ? "+(n*n)" : i % 3 === 1 ? "*-n" : "+n";
const result = parse([...text]);
let sum = 0;
for (let i = 0; i < 10; i++) sum += fold((s, p) => s + fold((v, x) => v * 10 + x, 0, p) % 97, 0, permutations(list(1, 2, 3, 4, 5, 6, 7)));
console.log(result.accepted, result.items, sum);
