import { value } from '../module_cycle_tdz.mjs';
console.log(value);
