// slow: long strings piece by piece
// Strings that are ropes and slices inside: every method gives what it gives for flat ones.
const build = n => {
  let s = '';
  for (let i = 0; i < n; i++) s += 'abc' + i;
  return s;
};
const flat = Array.from({ length: 500 }, (_, i) => 'abc' + i).join('');
const rope = build(500),
  slice = ('<' + flat + '>').slice(1, -1),
  deep = (() => {
    let s = 'x';
    for (let i = 0; i < 20000; i++) s = i % 2 ? s + 'y' : 'z' + s;
    return s;
  })();
console.log(
  rope === flat,
  slice === flat,
  rope == slice,
  deep.length,
  deep[0],
  deep.at(-1),
  deep.charAt(10000),
  { [rope]: 1 }[slice],
  new Map([[rope, 'map']]).get(slice),
  new Set([rope, slice, flat]).size,
  [rope].includes(slice),
  [rope].indexOf(slice),
  Object.is(rope, slice),
  rope < slice,
  rope <= slice,
  rope.localeCompare(slice),
);
const methods = {
  at: [5],
  charAt: [7],
  charCodeAt: [9],
  codePointAt: [3],
  concat: ['!'],
  endsWith: ['499'],
  includes: ['c250a'],
  indexOf: ['c250a'],
  lastIndexOf: ['abc2'],
  localeCompare: ['abd'],
  match: [/c(4)9/],
  normalize: ['NFC'],
  padEnd: [1950, '*'],
  padStart: [1950, '-'],
  repeat: [2],
  replace: ['abc1', '[$&]'],
  replaceAll: ['abc49', '#'],
  search: [/b499/],
  slice: [100, 120],
  split: ['abc'],
  startsWith: ['abc0a'],
  substring: [30, 10],
  substr: [-10, 4],
  toLowerCase: [],
  toUpperCase: [],
  trim: [],
  trimEnd: [],
  isWellFormed: [],
  toWellFormed: [],
  link: ['u'],
};
for (const [name, args] of Object.entries(methods)) {
  const [a, b, c] = [build(500), ('<' + flat + '>').slice(1, -1), flat].map(s =>
    JSON.stringify(s[name](...args)),
  );
  console.log(name, a === c && b === c, c.length);
}
let s = '';
for (let i = 0; i < 1000; i++) {
  s += String.fromCharCode(97 + (i % 26));
  if (i % 100 === 0) s = s.slice(1) + s[0];
}
console.log(s.length, s.slice(0, 10), s.slice(-10));
const wide = build(100) + '\u{1F600}' + build(100);
console.log(
  wide.length,
  [...wide].length,
  wide.indexOf('\u{1F600}'),
  wide.codePointAt(wide.indexOf('\ud83d')).toString(16),
  wide.slice(490, 495).length,
  wide.split('').length,
  (wide + 'é').normalize('NFD').length,
  encodeURIComponent(wide).length,
  JSON.stringify(wide).length,
  escape(wide).length,
);
const part = flat.slice(3, 30),
  subpart = part.slice(3, 20),
  sub2 = subpart.substring(1, 15);
console.log(
  part,
  subpart,
  sub2,
  part + subpart === flat.slice(3, 30) + flat.slice(6, 23),
  (part + sub2).slice(20, 35),
  subpart.length,
  +'12345678901234567890'.slice(3, 9),
  parseInt(('x' + '42'.repeat(20)).slice(1, 5)),
  Number(build(3).slice(3, 4)),
  ('k' + 'ey').slice(0),
  { key: 'found' }['xkeyx'.slice(1, 4)],
  [10, 20, 30]['012'.slice(1, 2)],
  'ab'.concat('cd', 1, null),
  `${part}${rope}`.length,
);
let acc = '';
for (const c of deep.slice(9990, 10010)) acc = c + acc;
console.log(acc);
const parts = [];
for (let i = 0; i < 100; i++) parts.push(rope.slice(i * 3, i * 3 + 20));
console.log(
  parts.join('').length,
  parts
    .join('|')
    .split('|')
    .every((p, i) => p === flat.slice(i * 3, i * 3 + 20)),
  parts.reduce((a, b) => a + b) === parts.join(''),
);
const grow = [];
let g = '';
for (let i = 0; i < 300; i++) {
  g = g + i + ',';
  grow.push(g);
}
console.log(
  grow.every((x, i) => x.split(',').length === i + 2),
  grow[299].endsWith('298,299,'),
);
console.log(
  'a'.repeat(1000).replaceAll('a', 'bb').length,
  rope.replace(/\d+/g, d => d * 2).length,
  rope.split(/\d+/).length,
  rope.match(/\d+/g).length,
  [...rope.matchAll(/c(\d)(?=a)/g)].length,
  rope.split('', 5),
  build(2).padStart(12, build(1)),
  rope.toUpperCase().toLowerCase() === flat,
  String.raw`${rope}` === flat,
  Object(rope).length,
  Object.keys(Object('abc'.slice(1))).join(),
  rope.hasOwnProperty(5),
  Reflect.ownKeys(Object(build(1))).join(),
  eval('"' + build(2) + '"'),
  new Function('return `' + build(2) + '`')(),
  isNaN(rope),
  build(1) * 1,
  +'',
  'abc' < build(1),
  Symbol.for(build(1)) === Symbol.for('abc0'),
  Symbol(build(1)).description,
  new RegExp(build(1)).test(flat),
  [build(1), 'abc0'].indexOf('abc0'),
  [3, build(1)].join(),
);
