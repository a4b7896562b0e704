// exit: 1
import './lib/cycle.mjs';
export const value = 1;
