#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 100;
  for (int i = 0; i < n; i++) { char *p = malloc(1 << 20); if (!p) return 2; p[0] = 1; }
  for (int i = 0; i < 1000 * n; i++) { char *p = malloc(100); if (!p) return 3; p[0] = 1; }
  puts("ready"); fflush(stdout);
  char b[10]; while (read(0, b, 10) > 0) ;
  return 0;
}
