// A few classes, one method of which is called on objects of all of them.
"use strict";
class Shape {
  #name;
  constructor(name) {
    this.#name = name;
  }
  get name() {
    return this.#name;
  }
  area() {
    return 0;
  }
  describe() {
    return `${this.name} of ${this.area().toFixed(2)}`;
  }
}
class Circle extends Shape {
  constructor(r) {
    super("circle");
    this.r = r;
  }
  area() {
    return Math.PI * this.r ** 2;
  }
}
class Box extends Shape {
  constructor(w, h) {
    super("box");
    this.w = w;
    this.h = h;
  }
  area() {
    return this.w * this.h;
  }
}
class Square extends Box {
  constructor(w) {
    super(w, w);
  }
  describe() {
    return "square " + super.describe();
  }
}
const shapes = [];
for (let i = 0; i < 6000; i++) shapes.push(i % 3 === 0 ? new Circle(i) : i % 3 === 1 ? new Box(i, i + 1) : new Square(i));
let total = 0;
for (const shape of shapes) total += shape.area();
const texts = shapes.filter((shape) => shape.area() % 7 < 1).map((shape) => shape.describe());
console.log(total.toFixed(1), texts.length, texts[texts.length - 1]);
