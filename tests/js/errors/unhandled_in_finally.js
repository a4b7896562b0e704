// exit: 1
(async () => { try { await null; } finally { throw new TypeError('from finally'); } })();
