#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include <simdjson.h>

// simdjson's first stage (SIMD) validates UTF-8 and finds every structural character; the second
// stage here builds a tape that keeps where each value stands in the source, because numbers and
// strings are copied to the output by their source text.

namespace {

struct Scanner {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
    size_t capacity = 0;
    std::vector<uint32_t> open;

    bool reserve(size_t length) {
        if (stage1 && capacity >= length) return true;
        size_t wanted = length < 4096 ? 4096 : length;
        auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            wanted, 1, stage1);
        if (error) { capacity = 0; stage1.reset(); return false; }
        capacity = wanted;
        return true;
    }
};

thread_local Scanner scanner;

inline bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
inline bool is_hex(uint8_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

inline uint32_t hex4(const uint8_t *p) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i];
        value = value * 16 + (is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

// Every escape must be one of JSON's, and a surrogate must come in a pair: a lone one has no UTF-8.
bool valid_escapes(const uint8_t *p, const uint8_t *end) {
    while ((p = static_cast<const uint8_t *>(memchr(p, '\\', end - p)))) {
        if (end - p < 2) return false;
        switch (p[1]) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
            p += 2;
            break;
        case 'u': {
            if (end - p < 6) return false;
            for (int i = 2; i < 6; i++) if (!is_hex(p[i])) return false;
            uint32_t unit = hex4(p + 2);
            p += 6;
            if (unit >= 0xDC00 && unit <= 0xDFFF) return false;
            if (unit >= 0xD800 && unit <= 0xDBFF) {
                if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return false;
                for (int i = 2; i < 6; i++) if (!is_hex(p[i])) return false;
                uint32_t low = hex4(p + 2);
                if (low < 0xDC00 || low > 0xDFFF) return false;
                p += 6;
            }
            break;
        }
        default:
            return false;
        }
        if (p >= end) break;
    }
    return true;
}

// RFC 8259 §6. Returns the end of the number, or null.
const uint8_t *number_end(const uint8_t *p, const uint8_t *end, uint8_t *flags) {
    if (p < end && *p == '-') p++;
    if (p >= end || !is_digit(*p)) return nullptr;
    if (*p == '0') p++;
    else while (p < end && is_digit(*p)) p++;
    if (p < end && *p == '.') {
        *flags |= CROSSDOCK_JSON_FRACTION;
        p++;
        if (p >= end || !is_digit(*p)) return nullptr;
        while (p < end && is_digit(*p)) p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        *flags |= CROSSDOCK_JSON_FRACTION;
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        if (p >= end || !is_digit(*p)) return nullptr;
        while (p < end && is_digit(*p)) p++;
    }
    return p;
}

struct Builder {
    const uint8_t *bytes;
    size_t length;
    const uint32_t *index;
    uint32_t index_count;
    uint32_t at = 0;
    crossdock_json_entry *entries;
    uint32_t count = 0;
    uint32_t max_depth;
    crossdock_json_status status = CROSSDOCK_JSON_OK;
    uint32_t position = 0;
    // The first backslash not before the place looked at last: one search serves all strings before it.
    const uint8_t *next_escape = nullptr;

    const uint8_t *find_escape(const uint8_t *from) const {
        const uint8_t *end = bytes + length;
        const void *found = memchr(from, '\\', end - from);
        return found ? static_cast<const uint8_t *>(found) : end;
    }

    bool fail(crossdock_json_status why, uint32_t where) {
        status = why;
        position = where;
        return false;
    }
    uint32_t here() const { return at < index_count ? index[at] : (uint32_t)length; }
    uint8_t structural() const { return at < index_count ? bytes[index[at]] : 0; }
    // The source byte after the scalar that starts at `index[at]` cannot lie past this.
    uint32_t limit() const { return at + 1 < index_count ? index[at + 1] : (uint32_t)length; }

    bool string(uint8_t extra) {
        uint32_t start = index[at], end = limit();
        while (end > start + 1 && is_space(bytes[end - 1])) end--;
        if (end < start + 2 || bytes[end - 1] != '"')
            return fail(CROSSDOCK_JSON_UNCLOSED_STRING, start);
        const uint8_t *text = bytes + start + 1;
        uint32_t size = end - start - 2;
        uint8_t flags = extra;
        if (next_escape < text) next_escape = find_escape(text);
        if (next_escape < text + size) {
            flags |= CROSSDOCK_JSON_ESCAPED;
            if (!valid_escapes(text, text + size)) return fail(CROSSDOCK_JSON_ESCAPE_FORM, start);
        }
        crossdock_json_entry &entry = entries[count++];
        entry = {start + 1, size, count, CROSSDOCK_JSON_STRING, flags, 0};
        if (extra & CROSSDOCK_JSON_KEY) entry.next = crossdock_json_key_hash(text, size);
        at++;
        return true;
    }

    bool literal(const char *word, uint32_t size, crossdock_json_kind kind) {
        uint32_t start = index[at], end = limit();
        while (end > start && is_space(bytes[end - 1])) end--;
        if (end - start != size || memcmp(bytes + start, word, size) != 0)
            return fail(CROSSDOCK_JSON_SYNTAX, start);
        entries[count] = {start, size, count + 1, kind, 0, 0};
        count++;
        at++;
        return true;
    }

    bool number() {
        uint32_t start = index[at], end = limit();
        while (end > start && is_space(bytes[end - 1])) end--;
        uint8_t flags = 0;
        if (number_end(bytes + start, bytes + end, &flags) != bytes + end)
            return fail(CROSSDOCK_JSON_NUMBER_FORM, start);
        entries[count] = {start, end - start, count + 1, CROSSDOCK_JSON_NUMBER, flags, 0};
        count++;
        at++;
        return true;
    }

    bool scalar() {
        switch (structural()) {
        case '"': return string(0);
        case 't': return literal("true", 4, CROSSDOCK_JSON_TRUE);
        case 'f': return literal("false", 5, CROSSDOCK_JSON_FALSE);
        case 'n': return literal("null", 4, CROSSDOCK_JSON_NULL);
        default: return number();
        }
    }

    bool key() {
        if (structural() != '"') return fail(CROSSDOCK_JSON_SYNTAX, here());
        if (!string(CROSSDOCK_JSON_KEY)) return false;
        if (structural() != ':') return fail(CROSSDOCK_JSON_SYNTAX, here());
        at++;
        return true;
    }

    bool begin(std::vector<uint32_t> &open, crossdock_json_kind kind) {
        if (open.size() >= max_depth) return fail(CROSSDOCK_JSON_DEPTH, here());
        open.push_back(count);
        entries[count] = {index[at], 0, 0, kind, 0, 0};
        count++;
        at++;
        return true;
    }

    // Iterative: the depth of a hostile document must not become the depth of our stack.
    bool document(std::vector<uint32_t> &open) {
        open.clear();
        if (index_count == 0) return fail(CROSSDOCK_JSON_EMPTY, 0);
        bool value_next = true;
        while (true) {
            if (value_next) {
                uint8_t c = structural();
                if (c == '{' || c == '[') {
                    if (!begin(open, c == '{' ? CROSSDOCK_JSON_OBJECT : CROSSDOCK_JSON_ARRAY))
                        return false;
                    if (structural() == (c == '{' ? '}' : ']')) {
                        value_next = false;
                        if (!close(open)) return false;
                    } else {
                        bump(open);
                        if (c == '{' && !key()) return false;
                        continue;
                    }
                } else {
                    if (!scalar()) return false;
                }
            }
            if (open.empty()) break;
            uint8_t c = structural();
            crossdock_json_entry &container = entries[open.back()];
            if (c == ',') {
                at++;
                bump(open);
                if (container.kind == CROSSDOCK_JSON_OBJECT && !key()) return false;
                value_next = true;
            } else if (c == (container.kind == CROSSDOCK_JSON_OBJECT ? '}' : ']')) {
                value_next = false;
                if (!close(open)) return false;
            } else {
                return fail(CROSSDOCK_JSON_SYNTAX, here());
            }
        }
        if (at != index_count) return fail(CROSSDOCK_JSON_SYNTAX, here());
        return true;
    }

    void bump(std::vector<uint32_t> &open) {
        crossdock_json_entry &container = entries[open.back()];
        if (container.count != UINT16_MAX) container.count++;
    }

    bool close(std::vector<uint32_t> &open) {
        crossdock_json_entry &container = entries[open.back()];
        container.length = index[at] + 1 - container.offset;
        container.next = count;
        open.pop_back();
        at++;
        return true;
    }
};

crossdock_json_status status_of(simdjson::error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR: return CROSSDOCK_JSON_UTF8;
    case simdjson::UNCLOSED_STRING: return CROSSDOCK_JSON_UNCLOSED_STRING;
    case simdjson::UNESCAPED_CHARS: return CROSSDOCK_JSON_CONTROL_CHARACTER;
    case simdjson::EMPTY: return CROSSDOCK_JSON_EMPTY;
    case simdjson::CAPACITY: return CROSSDOCK_JSON_TOO_LARGE;
    case simdjson::MEMALLOC: return CROSSDOCK_JSON_MEMORY;
    default: return CROSSDOCK_JSON_SYNTAX;
    }
}

}  // namespace

extern "C" crossdock_json_result crossdock_json_parse(
    const uint8_t *bytes, size_t length, uint32_t max_depth) {
    crossdock_json_result result = {CROSSDOCK_JSON_OK, 0, nullptr, 0};
    if (length == 0) { result.status = CROSSDOCK_JSON_EMPTY; return result; }
    if (length > 0xFFFF0000u) { result.status = CROSSDOCK_JSON_TOO_LARGE; return result; }
    if (!scanner.reserve(length)) { result.status = CROSSDOCK_JSON_MEMORY; return result; }
    auto error = scanner.stage1->stage1(bytes, length, simdjson::stage1_mode::regular);
    if (error) { result.status = status_of(error); return result; }
    uint32_t structurals = scanner.stage1->n_structural_indexes;
    auto *entries = static_cast<crossdock_json_entry *>(
        malloc(sizeof(crossdock_json_entry) * (size_t(structurals) + 1)));
    if (!entries) { result.status = CROSSDOCK_JSON_MEMORY; return result; }
    Builder builder{
        bytes, length, scanner.stage1->structural_indexes.get(), structurals, 0, entries, 0, max_depth};
    if (!builder.document(scanner.open)) {
        free(entries);
        result.status = builder.status;
        result.position = builder.position;
    } else {
        result.entries = entries;
        result.entry_count = builder.count;
    }
    // One large document must not pin its index buffer, four times its size, for the life of the thread.
    if (scanner.capacity > (256u << 10)) { scanner.stage1.reset(); scanner.capacity = 0; }
    return result;
}
