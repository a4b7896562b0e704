// A splay tree (Sleator, Tarjan, 1985) that loses and gains nodes all the time: work for the garbage collector.
"use strict";
let seed = 49734321;
function random() {
  seed = (seed + 0x7ed55d16 + (seed << 12)) & 0xffffffff;
  seed = (seed ^ 0xc761c23c ^ (seed >>> 19)) & 0xffffffff;
  seed = (seed + 0x165667b1 + (seed << 5)) & 0xffffffff;
  seed = ((seed + 0xd3a2646c) ^ (seed << 9)) & 0xffffffff;
  seed = (seed + 0xfd7046c5 + (seed << 3)) & 0xffffffff;
  seed = (seed ^ 0xb55a4f09 ^ (seed >>> 16)) & 0xffffffff;
  return (seed & 0xfffffff) / 0x10000000;
}

class Node {
  constructor(key, value) {
    this.key = key;
    this.value = value;
    this.left = null;
    this.right = null;
  }
}

class SplayTree {
  constructor() {
    this.root = null;
  }
  splay(key) {
    if (this.root === null) return;
    const dummy = new Node(0, null);
    let left = dummy, right = dummy, current = this.root;
    for (;;) {
      if (key < current.key) {
        if (current.left === null) break;
        if (key < current.left.key) {
          const child = current.left;
          current.left = child.right;
          child.right = current;
          current = child;
          if (current.left === null) break;
        }
        right.left = current;
        right = current;
        current = current.left;
      } else if (key > current.key) {
        if (current.right === null) break;
        if (key > current.right.key) {
          const child = current.right;
          current.right = child.left;
          child.left = current;
          current = child;
          if (current.right === null) break;
        }
        left.right = current;
        left = current;
        current = current.right;
      } else break;
    }
    left.right = current.left;
    right.left = current.right;
    current.left = dummy.right;
    current.right = dummy.left;
    this.root = current;
  }
  insert(key, value) {
    if (this.root === null) {
      this.root = new Node(key, value);
      return;
    }
    this.splay(key);
    if (this.root.key === key) return;
    const node = new Node(key, value);
    if (key > this.root.key) {
      node.left = this.root;
      node.right = this.root.right;
      this.root.right = null;
    } else {
      node.right = this.root;
      node.left = this.root.left;
      this.root.left = null;
    }
    this.root = node;
  }
  has(key) {
    this.splay(key);
    return this.root !== null && this.root.key === key;
  }
  remove(key) {
    this.splay(key);
    if (this.root === null || this.root.key !== key) throw new Error("no such key");
    if (this.root.left === null) {
      this.root = this.root.right;
    } else {
      const right = this.root.right;
      this.root = this.root.left;
      this.splay(key);
      this.root.right = right;
    }
  }
  below(key) {
    if (this.root === null) return null;
    this.splay(key);
    if (this.root.key < key) return this.root.key;
    let node = this.root.left;
    if (node === null) return null;
    while (node.right !== null) node = node.right;
    return node.key;
  }
}

function payload(depth, tag) {
  if (depth === 0) return { numbers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], text: `string for key ${tag} in leaf` };
  return { left: payload(depth - 1, tag), right: payload(depth - 1, tag) };
}
const tree = new SplayTree();
function insert() {
  let key;
  do key = random();
  while (tree.has(key));
  tree.insert(key, payload(5, key));
  return key;
}
for (let i = 0; i < 4000; i++) insert();
for (let i = 0; i < 12000; i++) {
  const key = insert();
  const lower = tree.below(key);
  tree.remove(lower === null ? key : lower);
}
let count = 0;
const todo = [tree.root];
while (todo.length) {
  const node = todo.pop();
  if (node === null) continue;
  count++;
  todo.push(node.left, node.right);
}
console.log(count);
