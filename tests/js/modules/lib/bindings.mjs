export let total = 0;
let count = 'default value';
export { count as default };
export const list = [1];
export function add(n) {
  total += n;
  count = `changed by ${add.name}`;
}
export const klass = class {};
export const fn = () => {};
export var late;
