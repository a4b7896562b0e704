// Top-level await: the order of modules that wait and of those that do not.
import { log } from './lib/log.mjs';
import './lib/wait_one.mjs';
import './lib/wait_two.mjs';
import './lib/no_wait.mjs';

log('main');
console.log((await import('./lib/log.mjs')).lines.join(', '));
const [first, second] = await Promise.all([import('./lib/wait_one.mjs'), import('./lib/wait_one.mjs')]);
console.log(first === second, first.one, await first.later);
for await (const x of [1, Promise.resolve(2)]) console.log(x);
await using resource = { async [Symbol.asyncDispose]() { console.log('disposed in the end'); } };
const failing = await import('./lib/fails.mjs').catch(e => e.message);
const again = await import('./lib/fails.mjs').catch(e => e.message);
console.log(failing, again);
export {};
