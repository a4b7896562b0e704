export default class Main {}
export * as namespace from './reexport.mjs';
export { renamed, own } from './reexport.mjs';
const hidden = 'by a string';
export { hidden as 'string name' };
