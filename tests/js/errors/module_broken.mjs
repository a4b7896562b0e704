// exit: 1
import { fine } from './lib/broken.mjs';
console.log('never', fine);
