#include "CXGBoost.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// One line per function of the library: name, parameters with types, arguments.
#define CROSSDOCK_XGBOOST_FUNCTIONS(X)                                                             \
    X(XGBSetGlobalConfig, (const char *config), (config))                                          \
    X(XGDMatrixCreateFromDense, (const char *data, const char *config, DMatrixHandle *out),        \
      (data, config, out))                                                                         \
    X(XGDMatrixSetFloatInfo,                                                                       \
      (DMatrixHandle handle, const char *field, const float *array, bst_ulong length),             \
      (handle, field, array, length))                                                              \
    X(XGDMatrixFree, (DMatrixHandle handle), (handle))                                             \
    X(XGBoosterCreate, (const DMatrixHandle *matrices, bst_ulong count, BoosterHandle *out),       \
      (matrices, count, out))                                                                      \
    X(XGBoosterFree, (BoosterHandle handle), (handle))                                             \
    X(XGBoosterSetParam, (BoosterHandle handle, const char *name, const char *value),              \
      (handle, name, value))                                                                       \
    X(XGBoosterUpdateOneIter, (BoosterHandle handle, int iteration, DMatrixHandle training),       \
      (handle, iteration, training))                                                               \
    X(XGBoosterEvalOneIter,                                                                        \
      (BoosterHandle handle, int iteration, DMatrixHandle *matrices, const char **names,           \
       bst_ulong count, const char **result),                                                      \
      (handle, iteration, matrices, names, count, result))                                         \
    X(XGBoosterPredictFromDMatrix,                                                                 \
      (BoosterHandle handle, DMatrixHandle matrix, const char *config, const bst_ulong **shape,    \
       bst_ulong *rank, const float **result),                                                     \
      (handle, matrix, config, shape, rank, result))                                               \
    X(XGBoosterPredictFromDense,                                                                   \
      (BoosterHandle handle, const char *values, const char *config, DMatrixHandle meta,           \
       const bst_ulong **shape, bst_ulong *rank, const float **result),                            \
      (handle, values, config, meta, shape, rank, result))                                         \
    X(XGBoosterLoadModelFromBuffer, (BoosterHandle handle, const void *bytes, bst_ulong length),   \
      (handle, bytes, length))                                                                     \
    X(XGBoosterSaveModelToBuffer,                                                                  \
      (BoosterHandle handle, const char *config, bst_ulong *length, const char **bytes),           \
      (handle, config, length, bytes))                                                             \
    X(XGBoosterBoostedRounds, (BoosterHandle handle, int *out), (handle, out))                     \
    X(XGBoosterSetAttr, (BoosterHandle handle, const char *key, const char *value),                \
      (handle, key, value))

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char complaint[512];
static int loaded;

static const char *(*real_XGBGetLastError)(void);
static void (*real_XGBoostVersion)(int *, int *, int *);

// A hidden definition keeps the library's own calls among its functions inside the library.
#define DOOR(name, parameters, arguments)                                                          \
    static int(*real_##name) parameters;                                                           \
    __attribute__((visibility("hidden"))) int name parameters {                                    \
        return real_##name ? real_##name arguments : -1;                                           \
    }
CROSSDOCK_XGBOOST_FUNCTIONS(DOOR)
#undef DOOR

__attribute__((visibility("hidden"))) const char *XGBGetLastError(void) {
    return real_XGBGetLastError ? real_XGBGetLastError() : complaint;
}

__attribute__((visibility("hidden"))) void XGBoostVersion(int *major, int *minor, int *patch) {
    if (real_XGBoostVersion) real_XGBoostVersion(major, minor, patch);
}

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol && !complaint[0])
        snprintf(complaint, sizeof complaint, "the library has no function %s", name);
    return symbol;
}

static void load(void) {
    static const char *const names[] = {"libxgboost.so.0", "libxgboost.so", "libxgboost.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        snprintf(complaint, sizeof complaint, "%s", why ? why : "libxgboost.so was not found");
        return;
    }
#define RESOLVE(name, parameters, arguments) real_##name = (int(*) parameters)find(library, #name);
    CROSSDOCK_XGBOOST_FUNCTIONS(RESOLVE)
#undef RESOLVE
    real_XGBGetLastError = (const char *(*)(void))find(library, "XGBGetLastError");
    real_XGBoostVersion = (void (*)(int *, int *, int *))find(library, "XGBoostVersion");
    loaded = !complaint[0];
}

const char *crossdock_xgboost_load(void) {
    pthread_once(&once, load);
    return loaded ? NULL : complaint;
}
