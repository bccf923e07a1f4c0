#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>
static pthread_barrier_t barrier;
static void *work(void *arg) {
  char *p = malloc(1000);
  if (!p) exit(3);
  memset(p, 1, 1000);
  pthread_barrier_wait(&barrier);
  pause();
  return arg;
}
int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 4;
  pthread_barrier_init(&barrier, NULL, n + 1);
  for (int i = 0; i < n; i++) { pthread_t t; if (pthread_create(&t, NULL, work, NULL)) return 2; }
  pthread_barrier_wait(&barrier);
  puts("ready"); fflush(stdout);
  char b[10]; while (read(0, b, 10) > 0) ;
  _exit(0);
}
