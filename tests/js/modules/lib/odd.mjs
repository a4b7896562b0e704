import { even } from "./even.mjs";
export const odd = (n) => (n === 0 ? false : even(n - 1));
