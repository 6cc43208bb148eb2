// zlib as Swift can call it: its initialisers are macros in C and do not import.
#ifndef CROSSDOCK_CZLIB_H
#define CROSSDOCK_CZLIB_H

#include <zlib.h>

// 15 is the largest window, 16 asks for the gzip wrapper with its checksum and length.
static inline int czlib_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}

#endif
