#include "CInflate.h"

#include <stdlib.h>
#include <zlib.h>

unsigned char *crossdock_inflate(const unsigned char *data, size_t count, size_t *length) {
    if (count < 4) return NULL;
    size_t expected = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16
                    | (size_t)data[3] << 24;
    unsigned char *result = malloc(expected > 0 ? expected : 1);
    if (result == NULL) return NULL;
    uLongf written = (uLongf)expected;
    if (uncompress(result, &written, data + 4, (uLong)(count - 4)) != Z_OK || written != expected) {
        free(result);
        return NULL;
    }
    *length = expected;
    return result;
}
