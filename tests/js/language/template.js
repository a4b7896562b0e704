// Templates: evaluation order, cooked and raw strings, caching of template objects.
const log = [];
const s = (n, v = n) => ({
  toString() {
    log.push('string ' + n);
    return v;
  },
  valueOf() {
    log.push('value ' + n);
    return 1;
  },
});
console.log(`a${1}b${'c'}${null}${undefined}${[1, [2]]}${{}}`, `${s('x')}${s('y')}`, log.join());
console.log(
  `line 1
line 2\n\x41\u0042\u{43}\
continued`,
  `\``,
  `$`,
  `$$`,
  `\${}`,
  `${'${}'}`,
  `${`nested ${`deep ${1 + 1}`}`}`,
);
try {
  `${Symbol('s')}`;
} catch (e) {
  console.log(e.message);
}
function tag(strings, ...values) {
  return {
    strings: [...strings],
    raw: [...strings.raw],
    values,
    frozen: Object.isFrozen(strings) && Object.isFrozen(strings.raw),
  };
}
console.log(tag`a${1}\n${2}`, tag``, tag`\unicode and \xerxes \u{ffffff}`);
const id = x => x;
const same = () => id`x${0}y`;
console.log(same() === same(), same() === id`x${0}y`, id`` === id``);
function make() {
  return () => id`inner`;
}
console.log(make()() === make()());
console.log(
  Reflect.ownKeys(id`a${1}b`).join(),
  JSON.stringify(Object.getOwnPropertyDescriptor(id`q`, 'raw')),
  id`q`.length,
);
const o = {
  f(strings) {
    return [this === o, strings[0]];
  },
  get g() {
    return this.f;
  },
};
console.log(o.f`m`, o.g`n`, o['f']`p`, (0, o.f)`q`[0]);
const chain = strings => {
  const f = more => chain(strings[0] + more[0]);
  f.text = strings[0];
  return f;
};
console.log(chain`a``b``c`.text);
console.log(new Function('return this')`x` === globalThis);
class C {
  static t(s, v) {
    return super.toString === Function.prototype.toString && s.raw[0] + v;
  }
}
console.log(C.t`raw\t${5}`);
console.log(
  String.raw`\n${1}\u`,
  String.raw({ raw: 'abc' }, 1, 2, 3),
  String.raw({ raw: { length: 2, 0: 'x', 1: 'y' } }, '-'),
  String.raw({ raw: [] }),
);
function* g() {
  return `${yield 1}-${yield 2}`;
}
const i = g();
i.next();
i.next('a');
console.log(i.next('b').value);
console.log(
  eval('id`e`') === eval('id`e`'),
  typeof `${() => 1}`,
  `${function f() {}}`,
  `${class A {
    m() {}
  }}`,
);
const loops = [];
for (let n = 0; n < 3; n++) loops.push(id`in loop ${n}`);
console.log(loops[0] === loops[2]);
console.log(
  `${-0}${1e21}${0.1}${10n}${true}`,
  `a` + `b`,
  `x`.length,
  `\u2028`.length,
  `\r\n`.length,
  `
`.length,
);
