#ifndef CROSSDOCK_CREFERENCE_H
#define CROSSDOCK_CREFERENCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// Parses every line with simdjson's DOM parser and looks at nothing.
///
/// `bytes` holds 64 readable bytes past `length`. Returns the number of lines, or -1 for one that is
/// no JSON.
long reference_parse(const uint8_t *bytes, size_t length);

/// Parses every line and writes the 20 fields of `AccountRecords.mapping` by code made for just them.
///
/// Returns the number of lines, or -1. `output` has room for one record of 4 KiB and holds the last
/// one afterwards, `output_length` its size.
long reference_map(const uint8_t *bytes, size_t length, uint8_t *output, size_t *output_length);

/// Loads libxgboost and a model file. Returns NULL when either cannot be had.
void *_Nullable reference_booster(const char *path);

/// Scores one row of encoded values; NaN when the library refuses.
float reference_score(void *booster, const float *row, size_t columns);

/// Answers every HTTP request with 1,000 bytes of JSON, on a thread of its own, until the process ends.
///
/// Returns the port on the loopback interface, or 0.
int reference_server(void);

/// Gets `url` `total` times, `in_flight` at once, over one libcurl multi handle.
///
/// Returns how many answers came whole.
long reference_get(const char *url, long in_flight, long total);

/// Counts calls of malloc and its like, in the whole process, from now on.
void reference_count_allocations(void);
/// Stops counting and returns the number of calls.
uint64_t reference_counted_allocations(void);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
