// exit: 1
// slow: recursion to the limit
function f(n) { return f(n + 1) + 1; }
try { f(0); } catch (e) { console.log(e instanceof RangeError, e.message); }
const o = {}; o.toString = () => `${o}`;
try { String(o); } catch (e) { console.log(e.message); }
let nested = []; for (let i = 0; i < 100000; i++) nested = [nested];
try { JSON.stringify(nested); } catch (e) { console.log(e.message); }
try { nested.flat(Infinity); console.log('flat'); } catch (e) { console.log(e.message); }
try { JSON.parse('['.repeat(200000)); } catch (e) { console.log(e.name); }
try { eval('('.repeat(100000)); } catch (e) { console.log(e.name); }
try { new RegExp('('.repeat(100000) + ')'.repeat(100000)); console.log('compiled'); } catch (e) { console.log(e.name); }
const p = new Proxy({}, {}); Object.setPrototypeOf(p, new Proxy(p, {}));
try { p.x; } catch (e) { console.log(e.name); }
class A { constructor() { new this.constructor(); } } try { new A(); } catch (e) { console.log(e.message); }
function* g() { yield* g(); } try { g().next(); } catch (e) { console.log(e.message); }
f(0);
