// exit: 1
async function a() { await b(); }
async function b() { await null; c(); }
function c() { throw new Error('deep'); }
a();
