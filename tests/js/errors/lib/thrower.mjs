export function thrower() {
  throw new Error('in a module');
}
