function ev(a) { var b; eval("b"); return typeof c; }
function w(o) { with (o) { x = y; z(); } }
{ function block() {} }
a?.b?.(c)[d];
