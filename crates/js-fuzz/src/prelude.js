// What every compared program has at hand: fuel, output, exact texts of values. It relies on nothing that a program may change.
let $n = 0, $o = "", $h = 0;
const { $p, $c, $d, $r } = (() => {
  "use strict";
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, isExtensible, apply } = Reflect;
  const string = String, quote = JSON.stringify, isArray = Array.isArray, asIntN = BigInt.asIntN, imul = Math.imul;
  const free = (method) => Function.prototype.call.bind(method);
  const tag = free(Object.prototype.toString), slice = free(String.prototype.slice), unit = free(String.prototype.charCodeAt);
  const get = free(Map.prototype.get), set = free(Map.prototype.set), eachEntry = free(Map.prototype.forEach), eachValue = free(Set.prototype.forEach);
  const NewMap = Map, hidden = new Map([["length", 1], ["name", 1], ["prototype", 1], ["arguments", 1], ["caller", 1]]);
  const names = ["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Map", "Set", "Promise", "RegExp",
    "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "URIError", "EvalError", "AggregateError",
    "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
    "ArrayBuffer", "DataView", "WeakMap", "WeakSet", "Date"];
  const known = new Map([[globalThis, "global"]]), prototypes = new Map();
  for (const name of names) {
    known.set(globalThis[name], name);
    known.set(globalThis[name].prototype, name + ".prototype");
    prototypes.set(globalThis[name].prototype, name);
  }
  let seen, count;

  function text(value, depth) {
    switch (typeof value) {
      case "number": return value === 0 && 1 / value < 0 ? "-0" : string(value);
      case "string": return quote(value);
      case "bigint": return string(value) + "n";
      case "function": return object(value, depth);
      case "object": return value === null ? "null" : object(value, depth);
      default: return string(value);
    }
  }

  // The name of the class that an object is an instance of.
  function label(value) {
    const proto = getPrototypeOf(value);
    if (proto === null) return "null";
    const name = get(prototypes, proto);
    if (name !== undefined) return name;
    const own = getOwnPropertyDescriptor(proto, "constructor");
    const named = own && typeof own.value === "function" ? getOwnPropertyDescriptor(own.value, "name") : undefined;
    return named && typeof named.value === "string" ? "~" + named.value : "~";
  }

  function object(value, depth) {
    const name = get(known, value);
    if (name !== undefined) return "%" + name;
    const number = get(seen, value);
    if (number !== undefined) return "#" + number;
    set(seen, value, ++count);
    const kind = tag(value), isFunction = typeof value === "function";
    let out = label(value);
    if (isFunction) out += " " + quote(getOwnPropertyDescriptor(value, "name")?.value) + "/" + text(getOwnPropertyDescriptor(value, "length")?.value, 0);
    if (!isExtensible(value)) out += "!x";
    if (depth <= 0) return out + "{~}";
    out += isArray(value) ? "[" : "{";
    const keys = ownKeys(value);
    const total = keys.length;
    for (let at = 0; at < total && at < 48; at++) {
      const key = keys[at];
      // Messages and stacks are each engine's own; functions of sloppy code have more properties in some.
      if (key === "stack" || key === "message") continue;
      if (isFunction && get(hidden, key)) continue;
      const own = getOwnPropertyDescriptor(value, key);
      out += string(key);
      if (own === undefined) { out += "?, "; continue; }
      if (!own.enumerable) out += "!e";
      if (!own.configurable) out += "!c";
      if ("value" in own) out += (own.writable ? ": " : "!w: ") + text(own.value, depth - 1) + ", ";
      else out += (own.get ? " get" : "") + (own.set ? " set" : "") + ", ";
    }
    if (kind === "[object Map]" && getPrototypeOf(value) === NewMap.prototype) eachEntry(value, (item, key) => { out += text(key, depth - 1) + " => " + text(item, depth - 1) + ", "; });
    if (kind === "[object Set]") try { eachValue(value, (item) => { out += text(item, depth - 1) + ", "; }); } catch {}
    return out + (isArray(value) ? "]" : "}");
  }

  function show(value) {
    seen = new NewMap();
    count = 0;
    return text(value, 3);
  }

  // A line of output. Of very long outputs only a sum of the rest is kept.
  function print(label, value) {
    const line = string(label) + " " + show(value) + "\n";
    if ($o.length < 20000) { $o += line; return; }
    for (let at = 0; at < line.length; at++) $h = imul($h, 31) + unit(line, at) | 0;
  }

  // Keeps what is stored small, so that loops do not make it grow without bounds: strings, BigInts, arrays, strings and arrays in them.
  function clip(value) {
    if (typeof value === "string") return value.length > 100 ? slice(value, 0, 20) : value;
    if (typeof value === "bigint") return asIntN(200, value);
    if (!isArray(value)) return value;
    const length = value.length;
    if (!(length < 64)) return [1, 2.5, "c"];
    for (let at = 0; at < length; at++) {
      const inner = value[at];
      if (typeof inner === "string" && inner.length > 100) return [4, "e"];
      if (!isArray(inner)) continue;
      for (let next = 0; next < inner.length && next < 64; next++) if (isArray(inner[next])) return [3, "d"];
    }
    return value;
  }

  return { $p: print, $c: clip, $d: show, $r: (key, value) => --$n < 0 ? undefined : value };
})();

// What a program threw.
function $fail(error) { $p("!", error); }
// All that was printed.
function $end() { return $o + ($h === 0 ? "" : "sum " + $h); }
