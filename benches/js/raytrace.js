// Spheres and a checkered plane with reflections and shadows, by vectors as objects.
"use strict";
class Vector {
  constructor(x, y, z) {
    this.x = x;
    this.y = y;
    this.z = z;
  }
  add(other) {
    return new Vector(this.x + other.x, this.y + other.y, this.z + other.z);
  }
  subtract(other) {
    return new Vector(this.x - other.x, this.y - other.y, this.z - other.z);
  }
  times(factor) {
    return new Vector(this.x * factor, this.y * factor, this.z * factor);
  }
  dot(other) {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }
  get length() {
    return Math.sqrt(this.dot(this));
  }
  unit() {
    return this.times(1 / this.length);
  }
}

class Sphere {
  constructor(center, radius, color, mirror) {
    this.center = center;
    this.radius = radius;
    this.color = color;
    this.mirror = mirror;
  }
  hit(origin, direction) {
    const to = this.center.subtract(origin);
    const along = to.dot(direction);
    const square = this.radius * this.radius - to.dot(to) + along * along;
    if (square < 0) return Infinity;
    const root = Math.sqrt(square);
    const distance = along - root > 1e-4 ? along - root : along + root;
    return distance > 1e-4 ? distance : Infinity;
  }
  normal(point) {
    return point.subtract(this.center).unit();
  }
  colorAt() {
    return this.color;
  }
}

class Floor {
  constructor(height) {
    this.height = height;
    this.mirror = 0.2;
    this.up = new Vector(0, 1, 0);
    this.light = new Vector(0.9, 0.9, 0.9);
    this.dark = new Vector(0.2, 0.2, 0.2);
  }
  hit(origin, direction) {
    if (direction.y > -1e-6) return Infinity;
    return (this.height - origin.y) / direction.y;
  }
  normal() {
    return this.up;
  }
  colorAt(point) {
    return (Math.floor(point.x) + Math.floor(point.z)) & 1 ? this.light : this.dark;
  }
}

const scene = [
  new Sphere(new Vector(0, 0, 5), 1, new Vector(1, 0.3, 0.2), 0.3),
  new Sphere(new Vector(-1.5, 0.5, 4), 0.6, new Vector(0.2, 0.9, 0.3), 0.1),
  new Sphere(new Vector(1.4, -0.4, 3.6), 0.6, new Vector(0.3, 0.4, 1), 0.5),
  new Floor(-1),
];
const lamp = new Vector(-3, 5, -2);
const sky = new Vector(0.4, 0.6, 0.9);

function nearest(origin, direction) {
  let best = null, distance = Infinity;
  for (const shape of scene) {
    const at = shape.hit(origin, direction);
    if (at < distance) {
      distance = at;
      best = shape;
    }
  }
  return best === null ? null : { shape: best, distance };
}

function trace(origin, direction, depth) {
  const found = nearest(origin, direction);
  if (found === null) return sky;
  const { shape, distance } = found;
  const point = origin.add(direction.times(distance));
  const normal = shape.normal(point);
  const toLamp = lamp.subtract(point);
  const lampDirection = toLamp.unit();
  const shadow = nearest(point, lampDirection);
  const lit = shadow === null || shadow.distance > toLamp.length;
  const strength = 0.15 + (lit ? 0.85 * Math.max(0, normal.dot(lampDirection)) : 0);
  let color = shape.colorAt(point).times(strength);
  if (depth > 0 && shape.mirror > 0) {
    const reflected = direction.subtract(normal.times(2 * normal.dot(direction)));
    color = color.times(1 - shape.mirror).add(trace(point, reflected, depth - 1).times(shape.mirror));
  }
  return color;
}

function render(width, height) {
  const eye = new Vector(0, 0.3, -2);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const direction = new Vector((x - width / 2) / width, (height / 2 - y) / width, 1).unit();
      const color = trace(eye, direction, 3);
      sum += Math.round(255 * (color.x + color.y + color.z));
    }
  }
  return sum;
}

console.log(render(320, 240));
