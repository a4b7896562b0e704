// exit: 1
import { thrower } from './lib/thrower.mjs';
const call = () => thrower();
call();
