// slow: backtracking
// Regular expressions: Annex B syntax, static properties, lastIndex, replacement patterns, odd classes.
const t = (re, s) => {
  const m = re.exec(s);
  console.log(String(re), JSON.stringify(s), m ? JSON.stringify([...m]) + '@' + m.index : 'null');
};
t(/a{/, 'a{');
t(/a{1/, 'a{1');
t(/a{,2}/, 'a{,2}');
t(/\c/, '\\c');
t(/[\c]/, 'c');
t(/[\c_]/, '\x1f');
t(/\c1/, '\\c1');
t(/[\c1]/, '\x11');
t(/\08/, '\x008');
t(/\1(a)/, 'a');
t(/\2(a)/, '\x02a');
t(/\8/, '8');
t(/\377/, '\xff');
t(/\400/, '\x200');
t(/[\d-x]/, '-');
t(/[a-\w]/, '-');
t(/[\w-\d]/, '-');
t(/(?=a)*/, 'a');
t(/(?=a){0}b/, 'b');
t(/(?!a)+b/, 'b');
t(/]/, ']');
t(/}/, '}');
t(/[^]/, '\n');
t(/[]/, 'a');
t(/\k<a>/, 'k<a>');
t(/\k/, 'k');
t(/(?<a>x)\k<a>/, 'xx');
t(/\p{L}/, 'p{L}');
t(/\u{2}/, 'uu');
t(/\x1/, 'x1');
t(/\u12/, 'u12');
t(/\a\e\g/, 'aeg');
t(/(a*)*/, 'b');
t(/(?:a*?)*?c/, 'aac');
t(/(z)((a+)?(b+)?(c))*/, 'zaacbbbcac');
t(/(?=(a+))a*b\1/, 'baaabac');
t(/(.*?)a(?!(a+)b\2c)\2(.*)/, 'baaabaac');
t(/(?<=(\d+)(\d+))$/, '1053');
t(/(?<!abc)\w\w\w/, 'abcdef');
t(/(?<=\1(a))b/, 'aab');
t(/^.$/, '\u{1F600}');
t(/^.$/u, '\u{1F600}');
t(/\ud83d/, '\u{1F600}');
t(/\ud83d/u, '\u{1F600}');
t(/[\u{1F600}-\u{1F64F}]/u, 'x\u{1F601}');
t(/\w+/iu, '\u017f\u212a');
t(/[^\W]/iu, '\u017f');
t(/\b\w/g, 'ab');
t(/ß/i, 'ẞ');
t(/\u0130/i, 'i');
t(/(?i:a)b/, 'Ab');
t(/(?-i:a)b/i, 'aB');
t(/(?s:.)./, '\na');
t(/(?m:^)b/, 'a\nb');
t(/(?<y>\d{4})|(?<y>\d{2})x/, '12x');
t(/[\p{Lu}--[A-C]]/v, 'ABCD');
t(/[[a-z]&&[aeiou]]/v, 'xyze');
t(/^\p{RGI_Emoji}$/v, '👨‍👩‍👧');
t(/[\q{abc|d}]/v, 'xabc');
t(/\p{Script=Greek}/u, 'aβ');
t(/\P{ASCII}/u, 'aé');
/(\w)(\d)/.exec('__a1__');
console.log(
  RegExp.$1,
  RegExp.$2,
  RegExp.$9 === '',
  RegExp.lastMatch,
  RegExp['$&'],
  RegExp.leftContext,
  RegExp['$`'],
  RegExp.rightContext,
  RegExp["$'"],
  RegExp.lastParen,
  RegExp['$+'],
  RegExp.input,
  RegExp.$_,
);
'abc'.replace(/b/, '');
console.log(RegExp.leftContext, RegExp.rightContext, RegExp.$1);
/nomatch/.test('xyz');
console.log(RegExp.lastMatch);
RegExp.input = 'set';
console.log(RegExp.$_);
const re = /a/;
re.compile('b', 'gi');
console.log(String(re), re.lastIndex, re.test('B'));
try {
  new (class extends RegExp {})('a').compile('b');
} catch (e) {
  console.log(e.name);
}
const g = /a/g;
console.log(g.test('aa'), g.lastIndex, g.test('aa'), g.lastIndex, g.test('aa'), g.lastIndex);
const y = /a/y;
y.lastIndex = 1;
console.log(
  y.test('ba'),
  y.lastIndex,
  y.test('ba'),
  y.lastIndex,
  'bab'.replace(/a/y, 'x'),
  'aab'.replace(/a/gy, 'x'),
  'a,b'.split(/,/y),
);
g.lastIndex = 5;
console.log('aaa'.match(g).length, g.lastIndex, 'xax'.search(g));
g.lastIndex = { valueOf: () => 1 };
console.log(g.exec('aa').index);
const frozen = Object.freeze(/a/g);
try {
  frozen.test('a');
} catch (e) {
  console.log(e.name);
}
const u = /\udf06/u;
u.lastIndex = 1;
console.log(
  u.exec('\ud834\udf06'),
  [...'\u{1F600}a'.matchAll(/(?:)/gu)].length,
  [...'\u{1F600}a'.matchAll(/(?:)/g)].length,
);
console.log(
  'abc'.replace('b', "[$$|$&|$`|$'|$1]"),
  'abc'.replace(/(b)(x)?/, '[$1|$2|$3|$01|$10|$<n>]'),
  'abc'.replace(/(?<n>b)/, '[$<n>|$<none>|$<n]'),
  'a1b2'.replace(/(\w)(\d)/g, (...a) => a.slice(0, 4).join('/') + ';'),
  'aaa'.replace(/a/g, (m, o) => o),
  'x'.replace(/(?<k>x)/, (...a) => JSON.stringify(a.at(-1))),
  'abcabc'.replaceAll('b', '$&$&'),
  'aXbX'.replaceAll('X', (m, o, s) => o + s.length),
  '$'.replace('$', '$$$$'),
  'abc'.replace('', '_'),
  'abc'.replaceAll('', '_'),
  'aa'.replace('a', () => '$&'),
  'ab'.replace(/(a)|(b)/g, '[$1$2]'),
  'x'.replace('x', '$0$11'),
);
console.log(
  'a1b2c'.split(/\d/),
  'a1b2c'.split(/(\d)/),
  'abc'.split(/(?:)/),
  'abc'.split(/(b)?/),
  ''.split(/a/),
  ''.split(/(?:)/),
  'a,b,c'.split(/,/, 2),
  'A<B>bold</B>'.split(/<(\/)?([^<>]+)>/),
  'test'.split('t'),
  'ab'.split(/$/),
  'aXbxc'.split(/x/i),
  'abc'.split(undefined),
  'abc'.split('', 2),
  'a b  c'.split(' '),
);
console.log(
  /[/]/.source,
  new RegExp('/').source,
  new RegExp('\n').source,
  new RegExp('').source,
  String(new RegExp('[/]')),
  RegExp('a', 'dgimsuy').flags,
  RegExp.prototype.toString.call({ source: 's', flags: 'f' }),
  RegExp.prototype.flags,
  RegExp.prototype.source,
  /a/d.exec('ba').indices[0],
  /(?<q>a)|b/d.exec('b').indices.groups,
  RegExp(/x/g),
  new RegExp(/x/g, 'i').flags,
  RegExp(re) === re,
  RegExp.escape ? RegExp.escape('a.b*c-1 \n') : '',
);
for (const bad of [
  '(',
  '[',
  'a**',
  '*',
  '(?<a>.)(?<a>.)',
  '(?<1>a)',
  '\\',
  '[b-a]',
  'a{2,1}',
  '(?a)',
  '(?<=a)*',
  '(?i-i:a)',
])
  try {
    new RegExp(bad);
    console.log('fine', bad);
  } catch (e) {
    console.log(e.name, bad);
  }
for (const bad of [
  '{',
  '}',
  ']',
  '\\-',
  '\\c',
  '\\1',
  '[\\d-x]',
  '\\u{110000}',
  '(?=a)*',
  '\\k',
  '\\p{X}',
  'a{',
])
  try {
    new RegExp(bad, 'u');
    console.log('fine', bad);
  } catch (e) {
    console.log(e.name, bad);
  }
for (const f of ['gg', 'uv', 'x', 'G'])
  try {
    new RegExp('a', f);
    console.log('fine');
  } catch (e) {
    console.log(e.name, f);
  }
const proto = Object.getPrototypeOf(/a/[Symbol.matchAll]('a'));
console.log(
  Object.prototype.toString.call(proto),
  /a/[Symbol.match]('ba').index,
  /a/[Symbol.replace]('bab', 'x'),
  /a/[Symbol.split]('bab'),
  /a/[Symbol.search]('bab'),
);
const slow = /^(a+)+$/;
console.log(/(x+x+)+y/.test('x'.repeat(14)), slow.test('a'.repeat(16) + 'b'));
