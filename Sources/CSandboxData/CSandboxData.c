#include "CSandboxData.h"

#include "CInflate.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char business_partner[] = {
#embed "data/API_BUSINESS_PARTNER.z"
};
static const unsigned char sales_order[] = {
#embed "data/API_SALES_ORDER_SRV.z"
};
static const unsigned char customer_material[] = {
#embed "data/API_CUSTOMER_MATERIAL_SRV.z"
};

static const struct {
    const char *name;
    const unsigned char *data;
    size_t count;
} services[] = {
    {"API_BUSINESS_PARTNER", business_partner, sizeof business_partner},
    {"API_SALES_ORDER_SRV", sales_order, sizeof sales_order},
    {"API_CUSTOMER_MATERIAL_SRV", customer_material, sizeof customer_material},
};

static const size_t service_count = sizeof services / sizeof services[0];

const char *crossdock_sandbox_service_name(size_t number) {
    return number < service_count ? services[number].name : NULL;
}

unsigned char *crossdock_sandbox_service_edmx(size_t number, size_t *length) {
    if (number >= service_count) return NULL;
    return crossdock_inflate(services[number].data, services[number].count, length);
}
