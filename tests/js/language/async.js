// Order of jobs: promises, async functions, async generators, timers.
const log = (...args) => console.log(...args);
setTimeout(() => log("timeout 0"), 0);
Promise.resolve().then(() => log("then 1")).then(() => log("then 2")).finally(() => log("finally"));
queueMicrotask(() => log("microtask"));
(async () => {
  log("async start");
  await null;
  log("after await");
  try { await Promise.reject(new Error("rejected")); } catch (e) { log("caught", e.message); }
  const results = await Promise.allSettled([1, Promise.reject(2), new Promise((r) => setTimeout(r, 1, 3))]);
  log(results.map((r) => r.status + (r.value ?? r.reason)).join());
  for await (const x of (async function* () { yield 1; yield Promise.resolve(2); try { yield 3; } finally { log("generator closed"); } })()) { log("for await", x); if (x === 3) break; }
  log(await Promise.race([new Promise((r) => setTimeout(r, 50, "slow")), "fast"]), await Promise.any([Promise.reject(1), 2]));
  try { await Promise.any([Promise.reject(1)]); } catch (e) { log(e.name, e.errors.join()); }
  const thenable = { then(resolve) { log("then called"); resolve("from thenable"); } };
  log(await thenable);
  return "done";
})().then(log);
const agen = (async function* () { try { const x = yield "a"; log("got", x); await 1; yield "b"; } catch (e) { log("gen caught", e); yield "c"; } })();
agen.next().then((r) => log(JSON.stringify(r)));
agen.next("n").then((r) => log(JSON.stringify(r)));
agen.throw("thrown").then((r) => log(JSON.stringify(r)));
agen.return("ret").then((r) => log(JSON.stringify(r)));
class Lazy { async #load() { return 5; } async load() { return (await this.#load()) + 1; } static async *s() { yield* [1, 2]; } }
new Lazy().load().then((v) => log("private async", v));
(async () => { for await (const v of Lazy.s()) log("s", v); })();
log("sync end");
