// JSON modules, import.meta, dynamic imports, export forms.
import data from './lib/data.json' with { type: 'json' };
import main, { namespace, renamed, own } from './lib/forms.mjs';
import { default as anonymous } from './lib/anonymous.mjs';
import { 'string name' as named } from './lib/forms.mjs';

console.log(data, data.list[1]);
console.log(main.name, namespace.own, renamed, own, anonymous.name, anonymous(), named);
const dynamic = await import('./lib/data.json', { with: { type: 'json' } });
console.log(dynamic.default === data, Object.keys(dynamic).join());
for (const [specifier, options] of [
  ['./lib/data.json', undefined],
  ['./lib/data.json', { with: { type: 'css' } }],
  ['./lib/bad.json', { with: { type: 'json' } }],
  ['./lib/forms.mjs', { with: { other: 'x' } }],
  ['./lib/forms.mjs', { with: 5 }],
  ['./lib/forms.mjs', 5],
  [{ toString() { throw new Error('specifier'); } }, undefined],
]) {
  const result = await import(specifier, options).then(Object.keys, e => e.name);
  console.log(String(result));
}
const { url, filename, dirname } = import.meta;
console.log(url.startsWith('file:///'), url.endsWith('/modules/attributes.mjs'), filename.endsWith('attributes.mjs'), dirname.endsWith('modules'));
console.log(Object.getPrototypeOf(import.meta), import.meta === import.meta);
console.log(typeof (await eval('import("./lib/log.mjs")')).log, typeof (await new Function('return import("./lib/log.mjs")')()).log);
