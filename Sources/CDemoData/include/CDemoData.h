#ifndef CROSSDOCK_CDEMODATA_H
#define CROSSDOCK_CDEMODATA_H

#include <stddef.h>

/* The telco customers as CSV text; the caller frees it with free(). */
unsigned char *crossdock_demo_customers(size_t *length);

#endif
