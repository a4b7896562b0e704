function leave(o) { try { return o.f(1); } catch (e) { return e; } finally { o.done = true; } }
function skip(list) { outer: for (const a of list) { for (const b of a) { if (b == null) continue outer; if (b === 3) break outer; } } }
function choose(x) { switch (x) { case 1: return "one"; case "a": x = 2; default: break; } return x; }
function drain(o) { while (o.next && o.left !== undefined) o = o.next; do o--; while (o > 0); }
function keys(o) { for (var k in o) delete o[k]; }
