// console.table.
console.table([
  [1, 2],
  [3, 4],
]);
console.table([
  { a: 1, b: 'x' },
  { a: 2, c: true },
]);
console.table([1, 'a', null]);
console.table({ x: { a: 1 }, y: { a: 2 } });
console.table([{ a: 1, b: 2 }], ['b']);
console.table([{ a: 1, b: 2 }], ['z']);
console.table(5);
console.table('str');
console.table([]);
console.table({});
console.table(
  new Map([
    ['a', 1],
    ['b', { x: 1 }],
  ]),
);
console.table(new Set([1, 'q']));
console.table([{ a: { b: { c: 1 } } }]);
console.table([[]]);
console.table([[1, [2, 3]]]);
console.table([{ a: '日本' }]);
console.table([1, { a: 2 }, [3]]);
console.table(new Map([[{ k: 1 }, [1]]]).entries());
console.table(new Set([1]).values());
console.table([undefined, () => 1, Symbol('s')]);
console.table(new Uint8Array([5, 6]));
console.table(null);
console.table(undefined);
console.table([{ a: -0, b: 1n }]);
console.table({ a: 1, b: 2 });
console.table([['é'], ['😀']]);
console.table([{ name: 'x'.repeat(40) }]);
console.table([new Error('e').message]);
console.table([[1, 2]], ['0']);
console.table([{ a: 1 }], []);
console.table([new Date(0)]);
console.table([{ d: new Date(0), m: new Map([[1, 2]]) }]);
