// Shows what a regular expression does with some strings, in every way that programs use one.
function check(source, flags, subjects) {
  let r;
  try { r = new RegExp(source, flags); } catch (e) { $p("new", e); return; }
  $p("source", r.source + " " + r.flags);
  for (const s of subjects) {
    for (const start of [0, 1, 3]) {
      r.lastIndex = start;
      const m = r.exec(s);
      $p("exec", m && { index: m.index, m: [...m], groups: m.groups, indices: m.indices && [...m.indices], last: r.lastIndex });
    }
    r.lastIndex = 0;
    $p("replace", s.replace(r, "[$&|$1|$2|$<n1>|$'|$`]"));
    // V8 gives stale groups to callbacks when it searches by code points for all matches.
    if (!r.global || !r.unicode && !r.unicodeSets) $p("called", s.replace(r, (...a) => { $p("with", a); return a.length; }));
    $p("split", [s.split(r), s.split(r, 2)]);
    $p("search", s.search(r));
    if (r.global) {
      let count = 0;
      for (const m of s.matchAll(r)) { $p("all", [m.index, m.length, m.at(-1)]); if (++count > 20) break; }
      $p("match", s.match(r));
    }
  }
}
