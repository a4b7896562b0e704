export { total, default as renamed } from './bindings.mjs';
export * from './bindings.mjs';
export * as namespace from './bindings.mjs';
export const own = 'own';
