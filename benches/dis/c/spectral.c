#include <stdio.h>
enum { N = 300 };
static double entry(int i, int j) { return 1.0 / ((((i + j) * (i + j + 1)) >> 1) + i + 1); }
static void multiply(const double *from, double *to, int turned) {
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int j = 0; j < N; j++)
            sum += from[j] * (turned ? entry(j, i) : entry(i, j));
        to[i] = sum;
    }
}
int main(void) {
    static double u[N], v[N], w[N];
    for (int i = 0; i < N; i++)
        u[i] = 1;
    for (int k = 0; k < 10; k++) {
        multiply(u, w, 0);
        multiply(w, v, 1);
        multiply(v, w, 0);
        multiply(w, u, 1);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < N; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%ld\n", (long)(uv / vv * 1e9 + 0.5));
}
