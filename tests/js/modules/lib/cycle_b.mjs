import * as a from './cycle_a.mjs';
import { ping, value } from './cycle_a.mjs';
export const seen = ['b runs', typeof ping];
try {
  seen.push(value);
} catch (e) {
  seen.push(e.message);
}
try {
  seen.push(a.value);
} catch (e) {
  seen.push(e.message);
}
seen.push(Object.keys({ ...0 }).length, 'value' in a);
export const pong = n => (n ? 'pong ' + ping(n - 1) : 'end');
