function* g() { const x = yield 1; try { yield* [x]; } finally { print(2); } }
async function f(o) { for await (const x of o) await x; }
async function* ag() { yield 1; return 2; }
