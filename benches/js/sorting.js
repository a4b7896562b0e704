// Sorting: the library's with comparators, and algorithms in the language.
"use strict";
let state = 7;
const random = () => (state = (state * 48271) % 2147483647);
const numbers = Array.from({ length: 120000 }, random);
const records = numbers.slice(0, 30000).map((n, i) => ({ key: n % 1000, name: "n" + (n % 5000), i }));
const byNumber = numbers.slice().sort((a, b) => a - b);
const stable = records.slice().sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

function quick(a, low, high) {
  while (low < high) {
    const pivot = a[(low + high) >> 1];
    let i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        const swap = a[i];
        a[i++] = a[j];
        a[j--] = swap;
      }
    }
    if (j - low < high - i) {
      quick(a, low, j);
      low = i;
    } else {
      quick(a, i, high);
      high = j;
    }
  }
}
function heapSort(a) {
  const sift = (start, end) => {
    let root = start;
    for (;;) {
      let child = 2 * root + 1;
      if (child >= end) return;
      if (child + 1 < end && a[child] < a[child + 1]) child++;
      if (a[root] >= a[child]) return;
      [a[root], a[child]] = [a[child], a[root]];
      root = child;
    }
  };
  for (let i = (a.length >> 1) - 1; i >= 0; i--) sift(i, a.length);
  for (let end = a.length - 1; end > 0; end--) {
    [a[0], a[end]] = [a[end], a[0]];
    sift(0, end);
  }
}
const first = numbers.slice(), second = numbers.slice(0, 20000);
quick(first, 0, first.length - 1);
heapSort(second);
let same = 0;
for (let i = 0; i < first.length; i++) if (first[i] === byNumber[i]) same++;
const text = records.slice(0, 5000).map((r) => r.name).sort();
console.log(same, second[100], stable[123].name, stable[29999].i, text[2500]);
