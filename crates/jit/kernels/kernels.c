/* The kernels of kernels.ir, for gcc -O2. */
#include <math.h>
#include <stdint.h>

int32_t fib(int32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

/* As many calls as the text says: the second one is no loop. */
__attribute__((noipa, optimize("no-optimize-sibling-calls"))) int32_t called(int32_t n) { return n < 2 ? n : called(n - 1) + called(n - 2); }

typedef int32_t step(int32_t);
__attribute__((noipa)) int32_t increment(int32_t n) { return n + 1; }
int32_t indirect(int32_t n, step *const *cell) {
    int32_t at = 0;
    while (at < n) at = (*cell)(at);
    return at;
}

int32_t sum(int32_t n) {
    int32_t i = 0, s = 0;
    while (i < n) {
        if (__builtin_add_overflow(s, i & 7, &s)) return -1;
        if (__builtin_add_overflow(i, 1, &i)) return -2;
    }
    return s;
}

int32_t sieve(uint8_t *flags, int32_t n) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) flags[i] = 1;
    for (int32_t i = 2; i < n; i++) {
        if (flags[i]) {
            count++;
            for (int32_t j = i + i; j < n; j += i) flags[j] = 0;
        }
    }
    return count;
}

double matmul(const double *a, const double *b, double *c, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double s = 0;
            for (int64_t k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
            c[i * n + j] = s;
        }
    return c[n * n - 1];
}

/* x y z vx vy vz mass */
double nbody(double (*body)[7], int64_t count, int64_t steps) {
    const double dt = 0.01;
    for (int64_t step = 0; step < steps; step++) {
        for (int64_t i = 0; i < count; i++) {
            for (int64_t j = i + 1; j < count; j++) {
                double dx = body[i][0] - body[j][0], dy = body[i][1] - body[j][1], dz = body[i][2] - body[j][2];
                double d2 = dx * dx + dy * dy + dz * dz;
                double mag = dt / (d2 * sqrt(d2));
                double mj = body[j][6] * mag, mi = body[i][6] * mag;
                body[i][3] = body[i][3] - dx * mj;
                body[i][4] = body[i][4] - dy * mj;
                body[i][5] = body[i][5] - dz * mj;
                body[j][3] = body[j][3] + dx * mi;
                body[j][4] = body[j][4] + dy * mi;
                body[j][5] = body[j][5] + dz * mi;
            }
        }
        for (int64_t i = 0; i < count; i++) {
            body[i][0] = body[i][0] + dt * body[i][3];
            body[i][1] = body[i][1] + dt * body[i][4];
            body[i][2] = body[i][2] + dt * body[i][5];
        }
    }
    return body[0][0];
}

int32_t mandelbrot(int32_t n) {
    int32_t inside = 0;
    for (int32_t py = 0; py < n; py++)
        for (int32_t px = 0; px < n; px++) {
            double cr = 2.0 * px / n - 1.5, ci = 2.0 * py / n - 1.0, zr = 0, zi = 0;
            int32_t k = 0;
            while (k < 50) {
                double r2 = zr * zr, i2 = zi * zi;
                if (r2 + i2 > 4.0) break;
                zi = 2.0 * zr * zi + ci;
                zr = r2 - i2 + cr;
                k++;
            }
            if (k == 50) inside++;
        }
    return inside;
}

static double element(int64_t i, int64_t j) {
    int64_t d = i + j;
    return 1.0 / (double)(d * (d + 1) / 2 + i + 1);
}
static void times(int64_t n, const double *u, double *v, int turned) {
    for (int64_t i = 0; i < n; i++) {
        double s = 0;
        for (int64_t j = 0; j < n; j++) s += (turned ? element(j, i) : element(i, j)) * u[j];
        v[i] = s;
    }
}
double spectral(double *u, double *v, double *w, int64_t n) {
    for (int64_t i = 0; i < n; i++) u[i] = 1;
    for (int i = 0; i < 10; i++) {
        times(n, u, w, 0), times(n, w, v, 1);
        times(n, v, w, 0), times(n, w, u, 1);
    }
    double uv = 0, vv = 0;
    for (int64_t i = 0; i < n; i++) uv += u[i] * v[i], vv += v[i] * v[i];
    return sqrt(uv / vv);
}

int64_t chase(const int64_t *node, int64_t n) {
    int64_t s = 0;
    while (n-- > 0) {
        s += node[1];
        node = (const int64_t *)node[0];
    }
    return s;
}

void quicksort(int32_t *a, int64_t lo, int64_t hi) {
    if (lo >= hi) return;
    int32_t pivot = a[lo + (hi - lo) / 2];
    int64_t i = lo, j = hi;
    while (i <= j) {
        while (a[i] < pivot) i++;
        while (a[j] > pivot) j--;
        if (i <= j) {
            int32_t t = a[i];
            a[i] = a[j];
            a[j] = t;
            i++, j--;
        }
    }
    quicksort(a, lo, j);
    quicksort(a, i, hi);
}

int32_t hash(const uint8_t *text, int64_t n) {
    uint32_t h = 2166136261u;
    for (int64_t i = 0; i < n; i++) h = (h ^ text[i]) * 16777619u;
    return (int32_t)h;
}
