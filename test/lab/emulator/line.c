/*
 * A network line in user space: joins two network namespaces through a TUN device in each, and gives each direction a
 * rate, a queue, a delay, jitter and loss. For kernels without `tc netem`.
 *
 *   line LEFT RIGHT DEVICE     LEFT, RIGHT: the path of a network namespace, or "-" for a new one, which lives as long
 *                              as this process; DEVICE: the name of the TUN device in both
 *
 * A packet joins the end of its direction's queue, leaves it at the line's rate, may be lost then (it has cost
 * bandwidth), and arrives one delay later. Packets keep their order, also under jitter and when the delay changes.
 * All sizes are those of IP packets. Since queue and rate are first in, first out, the time of arrival is known as
 * soon as a packet comes: one list per direction, sorted by itself.
 *
 * Commands on standard input, one a line; each is answered by one JSON line on standard output:
 *   set DIRECTION RATE_BITS_PER_S DELAY_NS JITTER_NS LOSS_SHARE LOSS_BURST QUEUE_BYTES IS_UP
 *                              0: left to right, 1: back. Rate 0: no limit. Burst below 1: losses are independent.
 *   seed DIRECTION NUMBER      begins the random numbers of a direction again
 *   counters
 * The end of standard input ends it, and with it everything in the namespaces that it made: a killed test leaves
 * nothing behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "spaces.h"

/* The devices have an MTU of 1500. */
enum { MAX_PACKET_BYTES = 1500 };
/* Read from one device before the other has its turn. */
enum { MAX_BURST = 256 };
/*
 * While packets are on their way, a round waits so long for more instead of waking up for each, as network cards do: that had
 * cost as much as a transfer itself. Some twenty packets at 1 Gbit/s. A line without a delay has no time for it until it is busy.
 */
static const int64_t TICK_NS = 250000;
/* From so many packets a round on it is, and then its rounds are shorter. */
enum { BUSY_PACKETS = 8 };
static const int64_t SHORT_TICK_NS = 100000;
/* A packet may have waited in the device for that long, unseen; the line's time is not lost by it. */
static const int64_t MAX_UNSEEN_NS = 1000000;
/* Packets that arrive later than this after their time are counted as late: the machine was too busy. */
static const int64_t LATE_NS = 2000000;
/* Bounds memory, whatever rate and delay are asked for: 1 Gbit/s for 2 s. */
enum { MAX_HELD_PACKETS = 170000 };

struct packet {
  struct packet *next;
  int64_t due_ns;
  size_t bytes;
  bool is_lost;
  unsigned char data[MAX_PACKET_BYTES];
};

struct counters {
  uint64_t offered, offered_bytes, sent, sent_bytes, dropped, lost, cut, refused, late, peak_queue_bytes;
};

struct direction {
  int from, to;
  /* Settings. */
  double rate_bits, loss_share, loss_burst;
  int64_t delay_ns, jitter_ns, queue_bytes;
  bool is_up;
  /* State. */
  struct packet *first, *last;
  int64_t free_at_ns, last_due_ns, seen_empty_ns;
  bool in_loss_burst;
  uint64_t loss_random, jitter_random;
  struct counters counters;
};

static struct direction directions[2];
static struct packet *spare;
static size_t held_packets;

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* splitmix64, as a share from 0 up to 1. Loss and jitter draw from their own, so that one does not change the other. */
static double draw(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  z ^= z >> 31;
  return (double)(z >> 11) / (double)(UINT64_C(1) << 53);
}

static void seed(struct direction *line, uint64_t number, int index) {
  line->loss_random = number * 4 + (uint64_t)index;
  line->jitter_random = ~line->loss_random;
  line->in_loss_burst = false;
}

/* Gilbert's model when losses come in bursts: the share stays what was asked for. */
static bool draw_loss(struct direction *line) {
  if (line->loss_share <= 0) return false;
  double chance = line->loss_share;
  if (line->loss_burst >= 1 && line->loss_share < 1) {
    chance = line->in_loss_burst ? 1 - 1 / line->loss_burst
                                 : line->loss_share / (line->loss_burst * (1 - line->loss_share));
  }
  line->in_loss_burst = draw(&line->loss_random) < chance;
  return line->in_loss_burst;
}

static int64_t queued_bytes(const struct direction *line, int64_t now) {
  if (line->rate_bits <= 0 || line->free_at_ns <= now) return 0;
  return (int64_t)((double)(line->free_at_ns - now) * line->rate_bits / 8e9);
}

/* Takes the packet: it is in the list afterwards, or spare again. */
static void accept_packet(struct direction *line, struct packet *packet, int64_t now) {
  struct counters *counters = &line->counters;
  counters->offered++;
  counters->offered_bytes += packet->bytes;
  /* What would wait behind the packet that is being sent; an idle line takes any packet. */
  int64_t queued = queued_bytes(line, now);
  bool is_full = queued > 0 && queued + (int64_t)packet->bytes > line->queue_bytes;
  if (!line->is_up || is_full || held_packets >= MAX_HELD_PACKETS) {
    *(line->is_up ? &counters->dropped : &counters->cut) += 1;
    packet->next = spare;
    spare = packet;
    return;
  }
  int64_t left_ns = now;
  if (line->rate_bits > 0) {
    int64_t start = line->free_at_ns > line->seen_empty_ns ? line->free_at_ns : line->seen_empty_ns;
    line->free_at_ns = start + (int64_t)((double)packet->bytes * 8e9 / line->rate_bits);
    left_ns = line->free_at_ns;
    queued = queued_bytes(line, now);
    if ((uint64_t)queued > counters->peak_queue_bytes) counters->peak_queue_bytes = (uint64_t)queued;
  }
  packet->is_lost = draw_loss(line);
  packet->due_ns = left_ns + line->delay_ns;
  if (line->jitter_ns > 0) packet->due_ns += (int64_t)((double)line->jitter_ns * draw(&line->jitter_random));
  if (packet->due_ns < line->last_due_ns) packet->due_ns = line->last_due_ns;
  line->last_due_ns = packet->due_ns;
  packet->next = NULL;
  if (line->first == NULL) line->first = packet;
  else line->last->next = packet;
  line->last = packet;
  held_packets++;
}

/* @returns how many came */
static int read_device(struct direction *line) {
  int64_t now = now_ns();
  if (line->seen_empty_ns < now - MAX_UNSEEN_NS) line->seen_empty_ns = now - MAX_UNSEEN_NS;
  for (int count = 0; count < MAX_BURST; count++) {
    struct packet *packet = spare;
    if (packet != NULL) spare = packet->next;
    else if ((packet = malloc(sizeof *packet)) == NULL) fail("memory");
    ssize_t bytes = read(line->from, packet->data, MAX_PACKET_BYTES);
    if (bytes > 0) {
      packet->bytes = (size_t)bytes;
      accept_packet(line, packet, now);
      continue;
    }
    packet->next = spare;
    spare = packet;
    line->seen_empty_ns = now;
    return count;
  }
  return MAX_BURST;
}

static void deliver(struct direction *line) {
  struct counters *counters = &line->counters;
  for (struct packet *packet; (packet = line->first) != NULL;) {
    int64_t now = now_ns();
    if (packet->due_ns > now) return;
    line->first = packet->next;
    held_packets--;
    if (!line->is_up) counters->cut++;
    else if (packet->is_lost) counters->lost++;
    else if (write(line->to, packet->data, packet->bytes) < 0) counters->refused++;
    else {
      counters->sent++;
      counters->sent_bytes += packet->bytes;
      if (now - packet->due_ns > LATE_NS) counters->late++;
    }
    packet->next = spare;
    spare = packet;
  }
}

static void print_counters(void) {
  static const char *names[] = {"toRight", "toLeft"};
  printf("{");
  for (int index = 0; index < 2; index++) {
    const struct counters *c = &directions[index].counters;
    printf("%s\"%s\":{\"offered\":%" PRIu64 ",\"offeredBytes\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"sentBytes\":%" PRIu64
           ",\"droppedByQueue\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"cut\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"late\":%" PRIu64
           ",\"peakQueueBytes\":%" PRIu64 "}",
           index == 0 ? "" : ",", names[index], c->offered, c->offered_bytes, c->sent, c->sent_bytes, c->dropped,
           c->lost, c->cut, c->refused, c->late, c->peak_queue_bytes);
  }
  printf("}\n");
}

static void obey(const char *command) {
  int index, is_up;
  uint64_t number;
  struct direction new;
  if (strcmp(command, "counters") == 0) return print_counters();
  if (sscanf(command, "seed %d %" SCNu64, &index, &number) == 2 && (index == 0 || index == 1)) {
    seed(&directions[index], number, index);
  } else if (sscanf(command, "set %d %lf %" SCNd64 " %" SCNd64 " %lf %lf %" SCNd64 " %d", &index, &new.rate_bits,
                    &new.delay_ns, &new.jitter_ns, &new.loss_share, &new.loss_burst, &new.queue_bytes, &is_up) == 8 &&
             (index == 0 || index == 1)) {
    struct direction *line = &directions[index];
    int64_t now = now_ns();
    /* What waits goes on at its old times, what comes behind it finds a queue of as many bytes. */
    int64_t queued = queued_bytes(line, now);
    line->free_at_ns = queued > 0 && new.rate_bits > 0 ? now + (int64_t)((double)queued * 8e9 / new.rate_bits) : now;
    line->rate_bits = new.rate_bits, line->delay_ns = new.delay_ns, line->jitter_ns = new.jitter_ns;
    line->loss_share = new.loss_share, line->loss_burst = new.loss_burst;
    line->queue_bytes = new.queue_bytes, line->is_up = is_up != 0;
  } else {
    fprintf(stderr, "not a command: %s\n", command);
    exit(1);
  }
  printf("{\"done\":true}\n");
}

/* @returns false at the end of the input */
static bool read_commands(void) {
  static char buffer[4096];
  static size_t used;
  ssize_t bytes = read(0, buffer + used, sizeof buffer - used - 1);
  if (bytes <= 0) return false;
  used += (size_t)bytes;
  buffer[used] = 0;
  char *start = buffer;
  for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
    *end = 0;
    obey(start);
  }
  used = strlen(start);
  memmove(buffer, start, used + 1);
  fflush(stdout);
  return used < sizeof buffer - 1;
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: line LEFT RIGHT DEVICE\n"), 2;
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  struct space left_space, right_space;
  int left = open_end(arguments[1], arguments[3], &left_space);
  if (home < 0 || setns(home, CLONE_NEWNET) < 0) fail("own network namespace");
  int right = open_end(arguments[2], arguments[3], &right_space);
  if (setns(home, CLONE_NEWNET) < 0) fail("own network namespace");
  directions[0] = (struct direction){.from = left, .to = right, .is_up = true};
  directions[1] = (struct direction){.from = right, .to = left, .is_up = true};
  for (int index = 0; index < 2; index++) seed(&directions[index], 0, index);
  /* Ahead of what it carries, or a busy machine would be a longer line; where that is not allowed, it does without. */
  sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1});
  prctl(PR_SET_TIMERSLACK, 1UL);
  printf("{\"left\":\"/proc/%d/fd/%d\",\"right\":\"/proc/%d/fd/%d\"}\n", getpid(), left_space.file,
         getpid(), right_space.file);
  fflush(stdout);
  for (;;) {
    int came = read_device(&directions[0]) + read_device(&directions[1]);
    int64_t now = now_ns(), wait = INT64_MAX;
    for (int index = 0; index < 2; index++) {
      deliver(&directions[index]);
      if (directions[index].first != NULL && directions[index].first->due_ns - now < wait)
        wait = directions[index].first->due_ns - now;
    }
    bool has_delay = directions[0].delay_ns >= TICK_NS && directions[1].delay_ns >= TICK_NS;
    bool is_busy = has_delay ? came > 0 || wait < TICK_NS : came >= BUSY_PACKETS;
    if (is_busy && has_delay) wait = TICK_NS;
    else if (is_busy && wait > SHORT_TICK_NS) wait = SHORT_TICK_NS;
    if (wait < 0 || came >= MAX_BURST) wait = 0;
    struct timespec limit = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct pollfd waited[] = {
        {.fd = 0, .events = POLLIN}, {.fd = left, .events = POLLIN}, {.fd = right, .events = POLLIN}};
    int ready = ppoll(waited, is_busy ? 1 : 3, wait == INT64_MAX ? NULL : &limit, NULL);
    if (ready > 0 && waited[0].revents != 0 && !read_commands()) {
      end_inside(&left_space);
      end_inside(&right_space);
      return 0;
    }
    /* Whoever waited for the devices knows that they were empty until now. */
    if (!is_busy) directions[0].seen_empty_ns = directions[1].seen_empty_ns = now_ns();
  }
}
