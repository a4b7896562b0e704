import { log } from './log.mjs';
log('no wait');
