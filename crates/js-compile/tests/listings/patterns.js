function object({ a, "b": [c, ...r], [a]: d = 1, ...rest }) { return c; }
function swap(a, b) { [a, b] = [b, a]; ({ x: a.y, z: b = 2 } = b); }
