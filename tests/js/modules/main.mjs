// Modules: live bindings, cycles, namespaces, dynamic import, top-level await, JSON.
import def, { count, increment as inc, default as same } from "./lib/counter.mjs";
import * as ns from "./lib/counter.mjs";
import { even } from "./lib/even.mjs";
console.log(def, same === def, count, inc(), count, ns.count, Object.keys(ns), ns[Symbol.toStringTag], typeof ns);
console.log(even(10), even(7));
try { ns.count = 5; } catch (e) { console.log(e.name); }
try { count++; } catch (e) { console.log(e.name); }
const lazy = await import("./lib/lazy.mjs");
console.log(lazy.default, lazy.later, (await import("./lib/lazy.mjs")) === lazy);
try { await import("./lib/missing.mjs"); } catch (e) { console.log("missing:", e instanceof Error); }
try { await import("./lib/broken.mjs"); } catch (e) { console.log("broken:", e.name); }
try { await import("./lib/throws.mjs"); } catch (e) { console.log("throws:", e.message); }
console.log(this, typeof import.meta, import.meta.url.endsWith("main.mjs"));
export { even as renamed } from "./lib/even.mjs";
export * from "./lib/counter.mjs";
