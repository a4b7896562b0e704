// A splay tree of about 200 MB whose nodes are replaced one by one: what is old dies steadily, and old nodes are written to
// all the time. Prints how many steps it made.

const NODES = 140_000;
const STEPS = 150_000;

let seed = 49734321;

function random() {
  seed = (seed + 0x7ed55d16 + (seed << 12)) | 0;
  seed = (seed ^ 0xc761c23c ^ (seed >>> 19)) | 0;
  seed = (seed + 0x165667b1 + (seed << 5)) | 0;
  seed = ((seed + 0xd3a2646c) ^ (seed << 9)) | 0;
  return ((seed >>> 0) % 1_000_000_007) / 1_000_000_007;
}

class Node {
  constructor(key, value) {
    this.key = key;
    this.value = value;
    this.left = null;
    this.right = null;
  }
}

function payload(depth, key) {
  if (depth === 0) return { list: [0, 1, 2, 3, 4, 5, 6, 7], text: 'value of ' + key };
  return { left: payload(depth - 1, key), right: payload(depth - 1, key) };
}

class Tree {
  root = null;

  splay(key) {
    const dummy = new Node(0, null);
    let left = dummy;
    let right = dummy;
    let current = this.root;
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
      } else {
        break;
      }
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
      return true;
    }
    this.splay(key);
    if (this.root.key === key) return false;
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
    return true;
  }

  // Removes the greatest node below a key.
  removeBefore(key) {
    this.splay(key);
    const { root } = this;
    if (root.left === null) return;
    this.root = root.left;
    this.splay(key);
    root.left = this.root.left;
    this.root = root;
  }
}

const tree = new Tree();
let count = 0;
while (count < NODES) {
  const key = random();
  if (tree.insert(key, payload(2, key))) count++;
}
for (let step = 0; step < STEPS; step++) {
  const key = random();
  tree.insert(key, payload(2, key));
  tree.removeBefore(key);
}
print(STEPS);
