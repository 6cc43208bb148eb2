#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

// ---- Memory

void platform_keep_memory_small(void) {
    mallopt(M_ARENA_MAX, 2);
    // Set at all, they no longer grow with the largest block that was ever freed.
    mallopt(M_MMAP_THRESHOLD, 512 << 10);
    mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

void platform_release_memory(void) { malloc_trim(0); }

// ---- Time

int platform_clock_is_synchronized(void) {
    struct timex time = {0};
    if (adjtimex(&time) < 0) return -1;
    return (time.status & STA_UNSYNC) == 0;
}

// ---- Waking a thread that waits in poll

int platform_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void platform_eventfd_signal(int fd) {
    uint64_t one = 1;
    // EAGAIN means that the counter is full, which is as readable as can be.
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void platform_eventfd_drain(int fd) {
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

// ---- epoll

int platform_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int platform_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
    int kernel_operation;
    switch (operation) {
    case PLATFORM_EPOLL_ADD: kernel_operation = EPOLL_CTL_ADD; break;
    case PLATFORM_EPOLL_REMOVE: kernel_operation = EPOLL_CTL_DEL; break;
    case PLATFORM_EPOLL_CHANGE: kernel_operation = EPOLL_CTL_MOD; break;
    default: errno = EINVAL; return -1;
    }
    struct epoll_event event = {.events = events, .data = {.u64 = data}};
    return epoll_ctl(epoll, kernel_operation, fd, &event);
}

int platform_epoll_wait(
    int epoll, struct platform_epoll_event *events, int capacity, int timeout_millis) {
    struct epoll_event ready[64];
    if (capacity > 64) capacity = 64;
    int count = epoll_wait(epoll, ready, capacity, timeout_millis);
    for (int i = 0; i < count; i++) {
        events[i].events = ready[i].events;
        events[i].data = ready[i].data.u64;
    }
    return count;
}

// ---- Threads

struct thread_start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run_thread(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    platform_name_thread(start.name);
    start.body(start.context);
    return NULL;
}

int platform_thread_start(
    const char *name, size_t stack_bytes, void (*body)(void *), void *context, uint64_t *thread) {
    struct thread_start *start = calloc(1, sizeof *start);
    if (!start) return ENOMEM;
    start->body = body;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);

    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) { free(start); return error; }
    error = pthread_attr_setstacksize(&attributes, stack_bytes);

    // Signals are for the main thread: a new thread inherits the mask of the one that starts it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t handle;
    if (!error) error = pthread_create(&handle, &attributes, run_thread, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    pthread_attr_destroy(&attributes);
    if (error) { free(start); return error; }
    *thread = (uint64_t)handle;
    return 0;
}

int platform_thread_join(uint64_t thread) { return pthread_join((pthread_t)thread, NULL); }

// ---- Files

int platform_open_beneath(int directory, const char *path, int flags, unsigned mode) {
    struct open_how how = {
        .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
        .mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int platform_reserve(int fd, int64_t offset, int64_t length) {
    int result;
    do {
        result = fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

int64_t platform_free_bytes(int fd) {
    struct statvfs system;
    if (fstatvfs(fd, &system) < 0) return -1;
    return (int64_t)system.f_bavail * (int64_t)system.f_frsize;
}

int platform_lock_file(int fd) { return flock(fd, LOCK_EX | LOCK_NB) < 0 ? errno : 0; }

void platform_unlock_file(int fd) { flock(fd, LOCK_UN); }

// ---- Processes

int platform_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0 ? errno : 0;
}

int platform_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0) < 0 ? errno : 0;
}

void platform_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// ---- Memory

static int64_t status_bytes(const char *field) {
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    char text[8192];
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return -1;
    text[length] = 0;
    const char *line = strstr(text, field);
    return line ? strtoll(line + strlen(field), NULL, 10) * 1024 : -1;
}

int64_t platform_resident_bytes(void) { return status_bytes("\nVmRSS:"); }
int64_t platform_peak_resident_bytes(void) { return status_bytes("\nVmHWM:"); }

int platform_reset_peak_resident_bytes(void) {
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    int error = write(fd, "5", 1) == 1 ? 0 : errno;
    close(fd);
    return error;
}

void platform_trim_heap(void) { malloc_trim(0); }

// ---- Numbers and texts

void platform_error_text(int error, uint8_t *buffer, size_t length) {
    if (length == 0) return;
    char own[256];
    // GNU's variant returns the text, which is not always in the buffer given.
    const char *text = strerror_r(error, own, sizeof own);
    strncpy((char *)buffer, text, length - 1);
    buffer[length - 1] = 0;
}

int platform_random(void *buffer, size_t length) {
    uint8_t *next = buffer;
    while (length > 0) {
        ssize_t count = getrandom(next, length, 0);
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        next += count;
        length -= (size_t)count;
    }
    return 0;
}

// One table per byte of the word: eight bytes a step where the processor has no instruction.
static uint32_t crc_tables[8][256];
static pthread_once_t crc_tables_once = PTHREAD_ONCE_INIT;

static void fill_crc_tables(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1u)));
        crc_tables[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int t = 1; t < 8; t++) {
            uint32_t before = crc_tables[t - 1][i];
            crc_tables[t][i] = (before >> 8) ^ crc_tables[0][before & 0xFF];
        }
    }
}

static uint32_t crc32c_portable(uint32_t crc, const uint8_t *next, size_t length) {
    pthread_once(&crc_tables_once, fill_crc_tables);
    while (length >= 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                              (uint32_t)next[3] << 24);
        crc = crc_tables[7][low & 0xFF] ^ crc_tables[6][(low >> 8) & 0xFF] ^
              crc_tables[5][(low >> 16) & 0xFF] ^ crc_tables[4][low >> 24] ^
              crc_tables[3][next[4]] ^ crc_tables[2][next[5]] ^ crc_tables[1][next[6]] ^
              crc_tables[0][next[7]];
        next += 8;
        length -= 8;
    }
    while (length--) crc = (crc >> 8) ^ crc_tables[0][(crc ^ *next++) & 0xFF];
    return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(
    uint32_t crc, const uint8_t *next, size_t length) {
    uint64_t wide = crc;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        wide = _mm_crc32_u64(wide, word);
        next += 8;
        length -= 8;
    }
    crc = (uint32_t)wide;
    while (length--) crc = _mm_crc32_u8(crc, *next++);
    return crc;
}

static int has_crc_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

static uint32_t crc32c_hardware(uint32_t crc, const uint8_t *next, size_t length) {
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = __crc32cd(crc, word);
        next += 8;
        length -= 8;
    }
    while (length--) crc = __crc32cb(crc, *next++);
    return crc;
}

static int has_crc_instruction(void) { return 1; }
#else
#define crc32c_hardware crc32c_portable
static int has_crc_instruction(void) { return 0; }
#endif

uint32_t platform_crc32c(uint32_t seed, const void *bytes, size_t length) {
    uint32_t crc = ~seed;
    crc = has_crc_instruction() ? crc32c_hardware(crc, bytes, length)
                                : crc32c_portable(crc, bytes, length);
    return ~crc;
}
