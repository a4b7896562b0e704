// Numbers: int32 and double, their borders, conversions by operators.
const max = 2147483647, min = -2147483648;
console.log(max + 1, min - 1, -min, max * max, min / -1, 7 / 2, -7 / 2, 6 / 3);
console.log(Object.is(0 * -1, -0), Object.is(-0 + 0, 0), 1 / (-5 % 5), 1 / (0 % -3), 5 % 0, -7 % 3, 7.5 % 2);
console.log(1 << 31, 1 << 32, -1 >>> 0, -1 >>> 31, -1 >> 31, 5 & -2, 5 | -2, 5 ^ -2, ~max, 4294967296 | 0, 1e21 | 0);
console.log(2 ** 10, 2 ** -1, (-2) ** 3, 0 ** 0, NaN ** 0, 1 ** Infinity, (-8) ** (1 / 3));
console.log("3" * "4", "3" + 4, 3 + "4", "10" / 4, "a" - 1, true + true, null + 1, undefined + 1, [] + [], [] + {}, [2] * [3]);
console.log(+"", +" 12 ", +"0x1f", +"0b101", +"0o17", +"1e3", +"1_000", +"Infinity", -"-5", +[], +[7], +{}, +null, +undefined);
let i = max; i++; let j = min; j--; let s = "5"; s++; let t = "x"; t--;
console.log(i, j, s, t, i--, --j);
console.log(0.1 + 0.2, 1e21, 1e-7, 123456789012345680000, 5e-324, 1.7976931348623157e308, -0, [-0] + "");
console.log(10n ** 20n, -7n / 2n, -7n % 2n, 1n << 70n, -5n >> 1n, 5n & -2n, ~5n, 2n > 1, 2n == 2, 1n < 1.5, typeof 1n);
for (const f of [() => 1n + 1, () => +1n, () => 1n >>> 0n, () => 1n / 0n, () => Symbol() + "", () => 2n ** -1n]) {
  try { console.log(f()); } catch (e) { console.log(e.name + ": " + e.message); }
}
console.log(1 < 2 < 3, 3 > 2 > 1, "b" > "a", "10" < "9", "10" < 9, NaN < NaN, null >= 0, undefined == null, undefined >= 0, "a" < "b");
console.log(NaN !== NaN, 0 === -0, "1" == 1, true == "1", null == 0, [1] == 1, ({}) == "[object Object]", Symbol.iterator == Symbol.iterator);
