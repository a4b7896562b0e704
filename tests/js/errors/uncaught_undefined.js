// exit: 1
(() => { throw undefined; })();
