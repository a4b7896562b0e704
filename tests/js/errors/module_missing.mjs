// exit: 1
import './lib/not_there.mjs';
