import { log } from './log.mjs';
log('two begins');
await null;
log('two ends');
