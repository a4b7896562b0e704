// module
import d, { a as b, "x y" as c } from "m" with { type: "json" };
import * as ns from "n";
export { b, local as "some name" };
export * from "m";
export default class {}
let local = 1;
export function f() { return local + b + ns.q; }
await f();
using r = f();
