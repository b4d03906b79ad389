/*
 * Runs a program in a network namespace: enter PATH PARENT PROGRAM [ARGUMENTS]. Unlike `nsenter` it makes the program
 * end with its parent, whose number is PARENT, so that a test which is killed leaves no process behind.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static int fail(const char *what) {
  perror(what);
  return 127;
}

int main(int count, char **arguments) {
  if (count < 4) return fprintf(stderr, "usage: enter PATH PARENT PROGRAM [ARGUMENTS]\n"), 2;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return fail("parent");
  /* It may have gone before it could be asked for. */
  if (getppid() != atoi(arguments[2])) return 127;
  int space = open(arguments[1], O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) < 0) return fail(arguments[1]);
  execvp(arguments[3], arguments + 3);
  return fail(arguments[3]);
}
