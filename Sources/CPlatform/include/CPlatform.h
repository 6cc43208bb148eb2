// What Linux offers and Swift's Glibc module does not import, and two things that are a few lines of C
// and a page of unsafe Swift. Thin on purpose: each function does one thing and reports like the call
// behind it: -1 with errno, or what its comment says.
#ifndef CROSSDOCK_CPLATFORM_H
#define CROSSDOCK_CPLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Memory

/// Keeps the allocator from holding on to what is free: two arenas instead of eight per core, large
/// blocks mapped and unmapped one by one.
void platform_keep_memory_small(void);
/// Gives free memory back to the system.
void platform_release_memory(void);

// ---- Time

/// Whether the kernel says that the clock is kept right: 1 or 0; -1 with errno where it may not be asked.
int platform_clock_is_synchronized(void);

// ---- Waking a thread that waits in poll

/// Makes a counter that poll can wait on: not blocking, closed on exec. -1 with errno.
int platform_eventfd(void);
/// Makes the counter readable. Any thread may call it.
void platform_eventfd_signal(int fd);
/// Makes the counter unreadable again.
void platform_eventfd_drain(int fd);

// ---- epoll

enum {
    PLATFORM_EPOLL_ADD = 1,
    PLATFORM_EPOLL_REMOVE = 2,
    PLATFORM_EPOLL_CHANGE = 3,
};

enum {
    PLATFORM_EPOLL_IN = 0x001,
    PLATFORM_EPOLL_OUT = 0x004,
    PLATFORM_EPOLL_ERROR = 0x008,
    PLATFORM_EPOLL_HANGUP = 0x010,
};

/// One descriptor that is ready; `data` is what was given with it.
struct platform_epoll_event {
    uint32_t events;
    uint64_t data;
};

/// Makes an epoll instance, closed on exec. -1 with errno.
int platform_epoll_create(void);
/// Adds, removes or changes one descriptor. -1 with errno.
int platform_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t data);
/// Waits at most `timeout_millis` (-1: for ever); returns how many are ready, at most 64 a call.
int platform_epoll_wait(
    int epoll, struct platform_epoll_event *events, int capacity, int timeout_millis);

// ---- Threads

/// Starts a thread with a stack of `stack_bytes` and a name of at most 15 characters, all signals
/// blocked. The thread is joinable through `platform_thread_join`. 0, or an error number.
int platform_thread_start(
    const char *name, size_t stack_bytes, void (*body)(void *), void *context, uint64_t *thread);
/// Waits for the end of a thread. 0, or an error number.
int platform_thread_join(uint64_t thread);

// ---- Files

/// Opens `path` below the directory `directory`; symbolic links, `..` and magic links anywhere on the
/// way are refused by the kernel. Closed on exec. -1 with errno (EXDEV, ELOOP: it led outside).
int platform_open_beneath(int directory, const char *path, int flags, unsigned mode);
/// Reserves blocks for `length` bytes from `offset` without changing the file's size. 0, or an error
/// number; EOPNOTSUPP where the file system cannot.
int platform_reserve(int fd, int64_t offset, int64_t length);
/// Bytes a non-root process may still write to the file system of `fd`, or -1 with errno.
int64_t platform_free_bytes(int fd);
/// Takes the exclusive lock of an open file without waiting, held until the descriptor is closed.
/// 0, EWOULDBLOCK when someone else holds it, or another error number.
int platform_lock_file(int fd);
/// Gives the lock back, also for descriptors that a child process inherited.
void platform_unlock_file(int fd);

// ---- Processes

/// Sends `signal` to this process when the thread that started it ends. 0, or an error number.
int platform_die_with_parent(int signal);
/// 0 keeps other processes of the same user from reading this one's memory, and it writes no core.
/// 0, or an error number.
int platform_set_dumpable(int dumpable);
/// Sets what process listings show for the calling thread: at most 15 characters.
void platform_name_thread(const char *name);

// ---- Memory

/// Bytes of memory resident now, or -1.
int64_t platform_resident_bytes(void);
/// The most bytes that were resident since the start or the last reset, or -1.
int64_t platform_peak_resident_bytes(void);
/// Lets the peak start again from now. 0, or an error number.
int platform_reset_peak_resident_bytes(void);
/// Gives freed heap memory back to the system.
void platform_trim_heap(void);

// ---- Numbers and texts

/// Writes what the system says about an error number, ended by a zero byte. Safe among threads, which
/// strerror is not.
void platform_error_text(int error, uint8_t *buffer, size_t length);

/// Fills `buffer` from the kernel's random generator. 0, or an error number.
int platform_random(void *buffer, size_t length);
/// CRC-32C (Castagnoli) of `length` bytes, going on from `seed`; 0 starts. Uses the instruction of the
/// processor where it has one.
uint32_t platform_crc32c(uint32_t seed, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
