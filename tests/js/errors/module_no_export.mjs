// exit: 1
import { some, other } from './lib/no_export.mjs';
console.log(some, other);
