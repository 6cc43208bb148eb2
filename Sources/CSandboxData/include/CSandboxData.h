#ifndef CROSSDOCK_CSANDBOXDATA_H
#define CROSSDOCK_CSANDBOXDATA_H

#include <stddef.h>

/* The service descriptions that ship, by number from 0; NULL ends the list. */
const char *crossdock_sandbox_service_name(size_t number);

/* The description as EDMX text; the caller frees it with free(). NULL for no such number. */
unsigned char *crossdock_sandbox_service_edmx(size_t number, size_t *length);

#endif
