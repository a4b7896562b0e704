import { pong, seen } from './cycle_b.mjs';
export function ping(n) {
  return n ? 'ping ' + pong(n - 1) : 'end';
}
export const log = ['a runs', ...seen];
export const value = 'value of a';
export const early = () => value;
