#ifndef CROSSDOCK_CSIMDJSON_H
#define CROSSDOCK_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What one tape entry stands for.
typedef enum : uint8_t {
    CROSSDOCK_JSON_OBJECT = 0,
    CROSSDOCK_JSON_ARRAY = 1,
    CROSSDOCK_JSON_STRING = 2,
    CROSSDOCK_JSON_NUMBER = 3,
    CROSSDOCK_JSON_TRUE = 4,
    CROSSDOCK_JSON_FALSE = 5,
    CROSSDOCK_JSON_NULL = 6,
} crossdock_json_kind;

/// The string holds at least one backslash escape.
#define CROSSDOCK_JSON_ESCAPED 1
/// The string is the name of an object's member; its value is the next entry.
#define CROSSDOCK_JSON_KEY 2
/// The number has a fraction or an exponent.
#define CROSSDOCK_JSON_FRACTION 4

/// One value of a document: where its source text lies and where the next value begins.
///
/// Strings: `offset` and `length` exclude the quotes. Objects and arrays: they include the brackets.
/// `next` is the index of the entry after this value and all it contains; for a key it is a hash of
/// the key's source bytes. `count` is the number of members or elements (saturated).
typedef struct {
    uint32_t offset;
    uint32_t length;
    uint32_t next;
    crossdock_json_kind kind;
    uint8_t flags;
    uint16_t count;
} crossdock_json_entry;

typedef enum : uint8_t {
    CROSSDOCK_JSON_OK = 0,
    CROSSDOCK_JSON_EMPTY = 1,
    CROSSDOCK_JSON_SYNTAX = 2,
    CROSSDOCK_JSON_DEPTH = 3,
    CROSSDOCK_JSON_UTF8 = 4,
    CROSSDOCK_JSON_UNCLOSED_STRING = 5,
    CROSSDOCK_JSON_CONTROL_CHARACTER = 6,
    CROSSDOCK_JSON_NUMBER_FORM = 7,
    CROSSDOCK_JSON_ESCAPE_FORM = 8,
    CROSSDOCK_JSON_TOO_LARGE = 9,
    CROSSDOCK_JSON_MEMORY = 10,
} crossdock_json_status;

typedef struct {
    crossdock_json_status status;
    /// Where parsing stopped, in bytes.
    uint32_t position;
    /// Ownership: allocated with malloc; the caller frees it.
    crossdock_json_entry *entries;
    uint32_t entry_count;
} crossdock_json_result;

/// Parses one document with simdjson's structural index and a tape that keeps source positions.
///
/// Threads: buffers are kept per thread.
crossdock_json_result crossdock_json_parse(const uint8_t *bytes, size_t length, uint32_t max_depth);

/// The hash stored in the `next` field of keys: of their length, first sixteen and last eight bytes.
///
/// Read by words: byte by byte it would cost as much as all the rest of a key.
static inline uint32_t crossdock_json_key_hash(const uint8_t *bytes, size_t length) {
    uint64_t first = 0, second = 0, last = 0;
    if (length >= 8) {
        memcpy(&first, bytes, 8);
        memcpy(&last, bytes + length - 8, 8);
        if (length > 16) memcpy(&second, bytes + 8, 8);
    } else if (length >= 4) {
        memcpy(&first, bytes, 4);
        memcpy(&last, bytes + length - 4, 4);
    } else if (length > 0) {
        first = bytes[0] | (uint64_t)bytes[length / 2] << 8 | (uint64_t)bytes[length - 1] << 16;
    }
    uint64_t hash = (first ^ length) * 0x9E3779B97F4A7C15u;
    hash = (hash ^ hash >> 32 ^ second) * 0xC2B2AE3D27D4EB4Fu;
    hash = (hash ^ hash >> 29 ^ last) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> 32);
}

#ifdef __cplusplus
}
#endif
#endif
