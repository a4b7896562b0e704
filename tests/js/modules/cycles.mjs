// Modules that import each other: functions are there, variables not yet.
import { ping, early, log } from './lib/cycle_a.mjs';
import { pong } from './lib/cycle_b.mjs';

console.log(log.join(' | '));
console.log(ping(3), pong(2), early());
