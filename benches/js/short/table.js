// Comma-separated values: read, grouped, summed up, printed in columns.
"use strict";
const rows = ["region,product,units,price"];
for (let i = 0; i < 1500; i++) {
  rows.push(`${["north", "south", "east", "west"][i % 4]},"item, ${i % 17}",${(i * 37) % 90},${((i * 13) % 700) / 10}`);
}
function fields(line) {
  const found = [];
  let field = "", quoted = false;
  for (const c of line) {
    if (c === '"') quoted = !quoted;
    else if (c === "," && !quoted) {
      found.push(field);
      field = "";
    } else field += c;
  }
  found.push(field);
  return found;
}
const [head, ...body] = rows.map(fields);
const records = body.map((row) => Object.fromEntries(row.map((value, i) => [head[i], i > 1 ? Number(value) : value])));
const groups = {};
for (const { region, units, price } of records) {
  const group = (groups[region] ??= { units: 0, value: 0, most: 0 });
  group.units += units;
  group.value += units * price;
  group.most = Math.max(group.most, price);
}
const text = Object.entries(groups)
  .map(([name, { units, value, most }]) => name.padEnd(8) + String(units).padStart(8) + value.toFixed(2).padStart(12) + most.toFixed(1).padStart(6))
  .join("\n");
console.log(text);
