// What comparing regular expressions with another engine has found.
const show = (pattern, flags, text) => { try { const m = new RegExp(pattern, flags).exec(text); console.log(pattern, flags, m && [m.index, ...m]); } catch (e) { console.log(pattern, flags, e.name); } };
// Control letters in classes, and what looks like them.
show("[\\cJ]", "", "J\n"); show("[^\\cJ]", "", "\nc"); show("[\\c1]", "", "c1\x11"); show("[\\c_]", "", "c\x1f"); show("[\\c*]+", "", "a\\c*"); show("[\\c-z]+", "", "b\\x"); show("[\\c]", "u", "c"); show("[\\cJ]", "u", "\n");
show("\\c1", "", "\\c1"); show("[[\\cJ]]", "", "\n]");
// Octal escapes behind groups.
show("(|\\01){0,2}b", "", "\x01\x01b"); show("()\\01", "u", "\x01"); show("()[\\01]", "", "1\x01"); show("()[\\01]", "v", "\x01"); show("()\\0779", "", "?9"); show("(a)\\08", "", "a\x008"); console.log(JSON.stringify(new RegExp("()()()()()()()()\\08").exec("a\x008")[0])); show("()\\0", "u", "\0"); show("(a)\\1", "u", "aa");
// A backslash with nothing behind it.
for (const flags of ["", "u", "v"]) { show("\\", flags, "\\"); show("a|(b)\\", flags, "a"); show("a\\\\", flags, "a\\"); }
// A backslash in front of half a pair, alone and in sets.
for (const flags of ["", "u", "v"]) { for (const pattern of ["\\\ude00", "[\\\ud83d]", "\\\\\ude00"]) { try { console.log(escape(pattern), flags, new RegExp(pattern, flags).test("\\\ude00")); } catch (e) { console.log(escape(pattern), flags, e.name); } } }
