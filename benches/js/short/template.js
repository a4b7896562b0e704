// A template of a page, filled for a list of articles.
"use strict";
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text) => text.replace(/[&<>"]/g, (c) => escapes[c]);
function fill(template, scope) {
  return template
    .replace(/\{\{#each (\w+)\}\}([\s\S]*?)\{\{\/each\}\}/g, (_, name, inner) => scope[name].map((item) => fill(inner, item)).join(""))
    .replace(/\{\{(\w+)(?:\|(\w+))?\}\}/g, (_, name, filter) => {
      const value = String(scope[name] ?? "");
      return filter === "upper" ? escape(value.toUpperCase()) : escape(value);
    });
}
const page = `<h1>{{title|upper}}</h1><ul>{{#each articles}}<li class="{{kind}}"><a href="/{{id}}">{{name}}</a> {{text}}</li>{{/each}}</ul>`;
let length = 0;
for (let round = 0; round < 12; round++) {
  const articles = [];
  for (let i = 0; i < 60; i++) articles.push({ id: i, kind: i % 2 ? "odd" : "even", name: `Article <${i}>`, text: "Fish & chips \"to go\"" });
  length += fill(page, { title: "News & more", articles }).length;
}
console.log(length);
