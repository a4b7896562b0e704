// Array methods: holes, species, borders, order of callbacks.
const a = [5, 1, , 4, undefined, 3];
console.log(a.length, a.indexOf(undefined), a.includes(undefined), a.map((x) => x * 2), a.filter(() => true), a.flatMap((x) => [x, x]));
console.log(a.slice().sort(), a.slice().sort((x, y) => y - x), a.toSorted(), a.toReversed(), a.with(0, 9), a.toSpliced(1, 2, "x"));
console.log([3, 1, 2].sort(() => 0), [1, 10, 9, 2].sort(), ["b", "a", "C"].sort().join(), [[2, "x"], [1, "y"], [2, "a"]].sort((p, q) => p[0] - q[0]).join("|"));
const b = [1, 2, 3, 4, 5, 6];
console.log(b.copyWithin(0, 3), b.fill(0, -2), b.splice(1, 2, "a", "b", "c"), b, b.at(-1), b.lastIndexOf(0), b.findLast((x) => x === 0), b.findLastIndex((x) => x === "q"));
console.log(b.reduce((s, x, i) => s + i + ":" + x + " ", ""), b.reduceRight((s, x) => s + x, ""), b.every((x) => x !== "z"), b.some((x) => x === "c"));
console.log([1, [2, [3, [4]]]].flat(), [1, [2, [3, [4]]]].flat(Infinity), [..."ab"].entries().next(), [...["x", "y"].keys()], Array.from({ length: 3 }, (_, i) => i * i), Array.of(7).length, Array(3).join("-"));
console.log([1, 2].concat(3, [4, [5]], { length: 1, 0: "no" }, { length: 1, 0: "yes", [Symbol.isConcatSpreadable]: true }));
const c = []; c[5] = 1; c.length = 3; c.push(7); c.unshift(0, 0); console.log(c, c.length, delete c[0], c, 1 in c, 0 in c, Object.keys(c));
try { c.length = -1; } catch (e) { console.log(e.name, e.message); }
const big = []; big[4294967294] = 1; console.log(big.length); try { big.push(1); } catch (e) { console.log(e.name); } big[4294967295] = 2; console.log(big.length, big["4294967295"]);
console.log(Array.prototype.map.call("abc", (x) => x + x), Array.prototype.push.call({ length: 2 }, 1), Array.isArray(new Proxy([], {})), Array.from(new Set([1, 1, 2])), Array.from({ length: 2, 0: "a", 1: "b" }));
let log = []; [3, 2, 1].sort({ valueOf() {} }.x); const o = { get 0() { log.push("get0"); return 1; }, get length() { log.push("len"); return 1; } }; Array.prototype.forEach.call(o, () => log.push("call")); console.log(log.join());
class My extends Array {} console.log(new My(1, 2, 3).map((x) => x) instanceof My, My.from([1]).constructor.name, new My(3).length, My.of(1, 2).concat([3]).length);
const mutate = [1, 2, 3]; mutate.forEach((x, i) => { if (i === 0) mutate.pop(); log.push(x); }); console.log(log.slice(-2), [1, 2, 3].toString(), [null, undefined, [1, [2]]].join(";"), String([[], [[]]]), [0, -0, NaN].includes(-0));
console.log(Object.groupBy === undefined || Object.keys(Object.groupBy([1, 2, 3], (x) => (x % 2 ? "odd" : "even"))).join(), [1, 2, 3].entries().toString(), Array.from("a😀b").length, [3, 4].lastIndexOf(3, -5));
