/* The two network namespaces of a line: made or entered, each given a TUN device, and emptied at the end. */
#include <dirent.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

struct space {
  int file;
  /* Made here: what runs in it ends with the line. */
  bool is_own;
};

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* Enters the namespace and makes its device there. @returns the device */
static int open_end(const char *path, const char *device, struct space *space) {
  space->is_own = strcmp(path, "-") == 0;
  if (space->is_own && unshare(CLONE_NEWNET) < 0) fail("new network namespace");
  space->file = open(space->is_own ? "/proc/self/ns/net" : path, O_RDONLY | O_CLOEXEC);
  if (space->file < 0) fail(path);
  if (!space->is_own && setns(space->file, CLONE_NEWNET) < 0) fail(path);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
  if (ioctl(tun, TUNSETIFF, &request) < 0) fail(device);
  return tun;
}

/*
 * Ends every process in a namespace that was made here. It has no name, so nothing else can have got in. Several
 * rounds, since one may just be starting another.
 */
static void end_inside(const struct space *space) {
  struct stat own, other;
  if (!space->is_own || fstat(space->file, &own) < 0) return;
  bool found = true;
  for (int round = 0; found && round < 10; round++) {
    found = false;
    DIR *processes = opendir("/proc");
    if (processes == NULL) return;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
      char path[300];
      int pid = atoi(entry->d_name);
      snprintf(path, sizeof path, "/proc/%s/ns/net", entry->d_name);
      if (pid <= 1 || pid == getpid() || stat(path, &other) < 0) continue;
      if (other.st_ino != own.st_ino || other.st_dev != own.st_dev) continue;
      if (kill(pid, SIGKILL) == 0) found = true;
    }
    closedir(processes);
    if (found) usleep(5000);
  }
}
