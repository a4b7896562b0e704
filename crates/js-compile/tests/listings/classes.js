class A { #x = 1; static s = 2; ["k" + 1] = 3; get x() { return this.#x; } #m() {} static { this.q = 1; } constructor(a) { this.a = a; } }
class B extends A { constructor() { super(1); (() => this)(); } m() { return super.x + 1; } }
class C extends B {}
