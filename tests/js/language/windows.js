// A function whose frame is wider than that of what it calls: values of before lie behind the call while garbage is collected.
function narrow(n) { return n > 0 ? { n }.n : [n].length; }
function wide(seed) {
  const values = [{ a: seed }, [{ b: seed + 1 }, [{ c: seed + 2 }, `${seed}x`.repeat(3), { ...{ d: [seed] } }]], { e: { f: { g: [[[seed]]] } } }];
  let sum = narrow(seed);
  for (let i = 0; i < 3; i++) sum += narrow(narrow(i) + values.length) + narrow([[{ h: i }], { j: [i, { k: i }] }].length);
  return sum + JSON.stringify(values).length + narrow(Math.max(...[narrow(1), narrow(2), { m: 3 }.m], narrow(4)));
}
let total = 0;
for (let i = 0; i < 20; i++) total += wide(i);
console.log(total);
