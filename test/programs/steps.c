/*
 * A program whose plateaus are scripted from outside: reads one command a line, does it, says "done".
 *   threads N     N threads, each with a stack and, by its first malloc, an arena; they stay
 *   reserve MIB   inaccessible address space
 *   blocks N MIB  N blocks by malloc, written to
 *   map PATH      the whole file, read-only
 *   unmap         what the last reserve or map gave
 *   leak KIB      from now on a block each 100 ms, until "stop"
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_barrier_t ready;

static void *hold(void *unused) {
  (void)unused;
  char *held = malloc(64 * 1024);
  if (!held) abort();
  memset(held, 1, 64 * 1024);
  pthread_barrier_wait(&ready);
  pause();
  return held;
}

int main(void) {
  char line[4096];
  size_t length = 0;
  void *last = NULL;
  size_t last_size = 0, leak = 0;
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("done\n");
  for (;;) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (poll(&input, 1, leak ? 100 : -1) == 0) {
      char *block = malloc(leak);
      if (!block) abort();
      memset(block, 1, leak);
      continue;
    }
    ssize_t got = read(0, line + length, 1);
    if (got <= 0) return 0;
    if (line[length] != '\n') {
      if (++length == sizeof line - 1) return 2;
      continue;
    }
    line[length] = 0;
    length = 0;
    unsigned long a = 0, b = 0;
    char path[4096];
    if (sscanf(line, "threads %lu", &a) == 1) {
      pthread_barrier_init(&ready, NULL, a + 1);
      for (unsigned long i = 0; i < a; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, hold, NULL)) abort();
      }
      pthread_barrier_wait(&ready);
    } else if (sscanf(line, "reserve %lu", &a) == 1) {
      last_size = a << 20;
      last = mmap(NULL, last_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (last == MAP_FAILED) abort();
    } else if (sscanf(line, "blocks %lu %lu", &a, &b) == 2) {
      for (unsigned long i = 0; i < a; i++) {
        char *block = malloc(b << 20);
        if (!block) abort();
        memset(block, 1, b << 20);
      }
    } else if (sscanf(line, "map %4000s", path) == 1) {
      struct stat facts;
      int file = open(path, O_RDONLY);
      if (file < 0 || fstat(file, &facts)) abort();
      last_size = (size_t)facts.st_size;
      last = mmap(NULL, last_size, PROT_READ, MAP_SHARED, file, 0);
      if (last == MAP_FAILED) abort();
      close(file);
    } else if (!strcmp(line, "unmap")) {
      munmap(last, last_size);
    } else if (sscanf(line, "leak %lu", &a) == 1) {
      leak = a << 10;
    } else if (!strcmp(line, "stop")) {
      leak = 0;
    } else {
      fprintf(stderr, "unknown command: %s\n", line);
      return 2;
    }
    printf("done\n");
  }
}
