export let count = 0;
export function increment() { return ++count; }
export default "default value";
