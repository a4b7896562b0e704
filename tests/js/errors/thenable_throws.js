// exit: 1
(async () => { await { then() { throw new Error('then threw'); } }; })();
