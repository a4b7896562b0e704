#include <stdio.h>
#include <stdlib.h>
struct node { struct node *left, *right; };
static struct node *grow(int depth) {
    struct node *made = malloc(sizeof *made);
    made->left = depth ? grow(depth - 1) : 0;
    made->right = depth ? grow(depth - 1) : 0;
    return made;
}
static int size(struct node *of) { return of ? size(of->left) + size(of->right) + 1 : 0; }
static void drop(struct node *of) {
    if (!of)
        return;
    drop(of->left);
    drop(of->right);
    free(of);
}
int main(void) {
    int count = 0;
    for (int i = 0; i < 10; i++) {
        struct node *tree = grow(15);
        count += size(tree);
        drop(tree);
    }
    printf("%d\n", count);
}
