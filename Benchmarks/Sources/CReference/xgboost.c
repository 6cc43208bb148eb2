#include "CReference.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>

typedef uint64_t bst_ulong;

static int (*create)(const void *const *, bst_ulong, void **);
static int (*set_parameter)(void *, const char *, const char *);
static int (*load)(void *, const char *);
static int (*predict)(void *, const char *, const char *, void *, const bst_ulong **, bst_ulong *,
                      const float **);

void *reference_booster(const char *path) {
    void *library = dlopen("libxgboost.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libxgboost.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    *(void **)&create = dlsym(library, "XGBoosterCreate");
    *(void **)&set_parameter = dlsym(library, "XGBoosterSetParam");
    *(void **)&load = dlsym(library, "XGBoosterLoadModel");
    *(void **)&predict = dlsym(library, "XGBoosterPredictFromDense");
    void *booster = NULL;
    if (!create || !set_parameter || !load || !predict || create(NULL, 0, &booster)) return NULL;
    if (load(booster, path) || set_parameter(booster, "nthread", "1")) return NULL;
    return booster;
}

float reference_score(void *booster, const float *row, size_t columns) {
    char array[160];
    snprintf(array, sizeof array, "{\"data\":[%zu,true],\"shape\":[1,%zu],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)row, columns);
    const bst_ulong *shape;
    bst_ulong rank;
    const float *result;
    const char *options = "{\"type\":0,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":true,"
                          "\"training\":false,\"missing\":NaN,\"cache_id\":0}";
    if (predict(booster, array, options, NULL, &shape, &rank, &result)) return NAN;
    return result[0];
}
