typedef struct node node_t; struct node { node_t *next; union { int i; double d[2]; }; } __attribute__((packed, aligned(16)));
enum e { A, B = 1 << 4, C = sizeof(long) - 2 };
node_t walk(const node_t *, enum e, int a[static C]);