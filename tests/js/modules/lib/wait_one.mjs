import { log } from './log.mjs';
log('one begins');
await new Promise(resolve => setTimeout(resolve, 5));
log('one ends');
export const one = 1;
export const later = Promise.resolve('later');
