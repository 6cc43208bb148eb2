#ifndef CROSSDOCK_CINFLATE_H
#define CROSSDOCK_CINFLATE_H

#include <stddef.h>

/* Inflates what scripts/embed-data made: four bytes of length, lowest first, then a zlib stream.
   Returns memory that the caller frees with free(), or NULL when the data are damaged or memory is
   short. */
unsigned char *crossdock_inflate(const unsigned char *data, size_t count, size_t *length);

#endif
