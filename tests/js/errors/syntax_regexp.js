// exit: 1
const ok = /a/g;
const bad = /(unclosed/;
