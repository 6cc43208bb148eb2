#include "CDemoData.h"

#include "CInflate.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char customers[] = {
#embed "data/telco-customer-churn.z"
};

unsigned char *crossdock_demo_customers(size_t *length) {
    return crossdock_inflate(customers, sizeof customers, length);
}
