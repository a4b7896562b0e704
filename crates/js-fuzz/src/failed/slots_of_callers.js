// A function in place of a call knew how far the slots of a shape go that its accesses use; its caller's go farther, and wrote behind objects.
$n = 300;
let v1 = -1;
var v2 = 1;
let v4 = 3;
let v5 = 3;
let v7 = "s";
var v8 = false;
var v9 = 0n;
let v10 = [1.5, 2.5, -0];
let v12 = [0, 1, 2, 3, 4, 5, 6, 7];
let v13 = new Uint8Array([1, 2, 255]);
var v14 = { y: "s", x: {} };
let v16 = { y: "s", x: {} };
let v17 = (x) => x;
class C18 { constructor(x, y) { if (--$n < 0) return {}; this.a = $c((true || ((y + 0) == (v8 ? y : 2147483648)))); this.d = $c(new C18((0.1 % Math.round(NaN)), ).b(((x += 0.5) ^ 31), v5, 2147483647, )); this.y = $c(v12.filter(((x) => x)).slice(v7.charCodeAt(v3), v1--).filter((v17 = (function n19(p20, p21) { if (--$n < 0) return; y -= -0; v16.d += ((v17(v2, (y - 1), ) | 0).toString(2).codePointAt(1) * (+ (p20 += (v17(v15, v16, ) * (+ v7.charCodeAt(0)))))); return (v6.charAt(1).trim().search("a") + x-- | 0); }))).forEach(parseFloat)); } }
function f22(p23, p24 = (p23 | 0), p25) { if (--$n < 0) return; delete arguments[0]; arguments[0] = (((~ v17(0.5, v16, v16, )) >>> 5) - v16.x); return $c(v8); }
function f26(p27) { if (--$n < 0) return; arguments[0 & 1] = (((typeof v16).charCodeAt((1073741824 + v1 | 0)) >> 0) % 4); return (Math.ceil((v12.push((v4 - 1)) / f22(p27, 1, 2147483647, ))) % (v3 % Math.abs(0.5))); }
function f28(p29) { if (--$n < 0) return; v3 = $c(([].indexOf(({})) * (+ (+ (delete v14.x || v8))))); for (let i30 = 0; i30 < 5; i30++) { const w31 = ((Math.clz32((-2147483649 + i30)) << (((NaN + -1.5) | 0) & 31)) + v13.subarray(7).findIndex(isNaN) - 0); if ((p29 === i30)) continue; $p(1, C18.has?.(v16)); if (i30 == 2) { v16.b = $c(String.raw`a${false}b`); v10[5] = $c(v16); } } return (f26((p29 - 1), ) | 0); }
function f32() { if (--$n < 0) return; v16.y++; return ((v5 /= ((v7 * 1) + -0)) / v4); }
try { v16.d = $c(v16); } catch (e) { $p(4, e); }
for (let i41 = 0; i41 < 7; i41++) { try { f28(v16, ); } catch (e) { v5 = v5 + 1; } v2++; if (i41 === 0) { v17 = v17; } v5 = f32(); v12[-1 & 7] = (i41 | 0); v5 += (f26(1, )) - 0; $p(7, v9); } 
try { for (let i45 = 0; i45 < 60; i45++) { v5 = f32(); v2 = $c(v12[3]); v16.c = f32(); $p(13, true); } } catch (e) { $p(14, e); }
try { for (let i49 = 0; i49 < 4; i49++) { try { f28(v5, ); } catch (e) { v5 = v5 + 1; } v17 = v17; if (i49 === 2) { v12.length = 7; v2 = 0.5; } v5 = f32(); v2 &= (v4 - 1); } } catch (e) { $p(17, e); }