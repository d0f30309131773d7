// server.h: what every program of this directory has in common.
//
// Each program is one side of a measurement. It allocates once, prints a line that starts with "ready", and then answers
// one line with one line, so that the driver can let the sides take turns while all of them keep their memory:
//
//	init               set the arrays to their first values     ok
//	run KERNEL R ...   R timed repetitions                      ok T1 T2 ... TR   (nanoseconds)
//	check              what the arrays and results hold now     ok V1 V2 ...
//	quit               leave
//
// A line that is not understood is answered with "error" and the reason. Before it answers, a program waits until its own
// threads sleep (OpenMP's spin for some milliseconds after a loop), so that it uses no processor while another is timed.

#ifndef SERVER_H
#define SERVER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double clock_ns(clockid_t id) {
	struct timespec t;
	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

// settle returns when this process used less than a tenth of one processor over two milliseconds (or after half a second).
static void settle(void) {
	const struct timespec pause = {0, 2000000};
	for (int i = 0; i < 250; i++) {
		double wall = now_ns(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		nanosleep(&pause, NULL);
		wall = now_ns() - wall;
		cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		if (cpu < 0.1 * wall)
			return;
	}
}

enum { MAX_REPETITIONS = 1000 };

// A program defines these four. run returns 0, or the reason why it cannot; arguments are what follows R on the line.
static void init(void);
static const char *run(const char *kernel, int repetitions, const char *arguments, double *ns);
static void check(void);

static int serve(const char *ready) {
	static double ns[MAX_REPETITIONS];
	char line[256], kernel[64];
	int repetitions, end;
	printf("ready %s\n", ready);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\r\n")] = 0;
		end = 0;
		if (strcmp(line, "quit") == 0) {
			return 0;
		} else if (strcmp(line, "init") == 0) {
			init();
			settle();
			printf("ok\n");
		} else if (strcmp(line, "check") == 0) {
			printf("ok");
			check();
			printf("\n");
		} else if (sscanf(line, "run %63s %d%n", kernel, &repetitions, &end) == 2 && end > 0) {
			const char *why = "repetitions out of range";
			if (repetitions > 0 && repetitions <= MAX_REPETITIONS)
				why = run(kernel, repetitions, line + end, ns);
			settle();
			if (why) {
				printf("error %s: %s", line, why);
			} else {
				printf("ok");
				for (int r = 0; r < repetitions; r++)
					printf(" %.0f", ns[r]);
			}
			printf("\n");
		} else {
			printf("error unknown request: %s\n", line);
		}
		fflush(stdout);
	}
	return 0;
}

#endif
