#include "CONNXRuntime.h"

#include <dlfcn.h>
#include <stdio.h>

// The entry point's own table: [0] gives the table of an API version, [1] the version text.
typedef struct {
    const void *const *(*GetApi)(uint32_t version);
    const char *(*GetVersionString)(void);
} ApiBase;

// Everything used here has been in the table since version 1; 11 is what sandboxed builds offer too.
enum { API_VERSION = 11 };

static const void *const *table;
static const char *version = "";

#define CALL(position, returns, ...) ((returns(*)(__VA_ARGS__))table[position])

bool crossdock_ort_open(const char *path, char *error, size_t capacity) {
    if (table) return true;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        snprintf(error, capacity, "%s", why ? why : "the library was not found");
        return false;
    }
    const ApiBase *(*base)(void) = (const ApiBase *(*)(void))dlsym(library, "OrtGetApiBase");
    const ApiBase *entry = base ? base() : NULL;
    const void *const *found = entry ? entry->GetApi(API_VERSION) : NULL;
    if (!found) {
        snprintf(error, capacity, "%s offers no ONNX Runtime API of version %d", path, API_VERSION);
        dlclose(library);
        return false;
    }
    version = entry->GetVersionString();
    table = found;
    return true;
}

const char *crossdock_ort_version(void) { return version; }

int crossdock_ort_error_code(const OrtStatus *status) { return CALL(1, int, const OrtStatus *)(status); }

const char *crossdock_ort_error_message(const OrtStatus *status) {
    return CALL(2, const char *, const OrtStatus *)(status);
}

void crossdock_ort_release_status(OrtStatus *status) { CALL(93, void, OrtStatus *)(status); }

OrtStatus *crossdock_ort_create_env(int severity, const char *name, OrtEnv **out) {
    return CALL(3, OrtStatus *, int, const char *, OrtEnv **)(severity, name, out);
}

OrtStatus *crossdock_ort_create_session_options(OrtSessionOptions **out) {
    return CALL(10, OrtStatus *, OrtSessionOptions **)(out);
}

OrtStatus *crossdock_ort_set_threads(OrtSessionOptions *options, int intra, int inter) {
    OrtStatus *status = CALL(24, OrtStatus *, OrtSessionOptions *, int)(options, intra);
    return status ? status : CALL(25, OrtStatus *, OrtSessionOptions *, int)(options, inter);
}

OrtStatus *crossdock_ort_set_log_severity(OrtSessionOptions *options, int severity) {
    return CALL(22, OrtStatus *, OrtSessionOptions *, int)(options, severity);
}

void crossdock_ort_release_session_options(OrtSessionOptions *options) {
    CALL(100, void, OrtSessionOptions *)(options);
}

OrtStatus *crossdock_ort_create_session(const OrtEnv *env, const void *bytes, size_t length,
                                        const OrtSessionOptions *options, OrtSession **out) {
    return CALL(8, OrtStatus *, const OrtEnv *, const void *, size_t, const OrtSessionOptions *,
                OrtSession **)(env, bytes, length, options, out);
}

void crossdock_ort_release_session(OrtSession *session) { CALL(95, void, OrtSession *)(session); }

static OrtStatus *allocator(OrtAllocator **out) {
    return CALL(78, OrtStatus *, OrtAllocator **)(out);
}

OrtStatus *crossdock_ort_count(const OrtSession *session, bool inputs, size_t *out) {
    return CALL(inputs ? 30 : 31, OrtStatus *, const OrtSession *, size_t *)(session, out);
}

OrtStatus *crossdock_ort_name(const OrtSession *session, bool inputs, size_t index, char **out) {
    OrtAllocator *memory;
    OrtStatus *status = allocator(&memory);
    if (status) return status;
    return CALL(inputs ? 36 : 37, OrtStatus *, const OrtSession *, size_t, OrtAllocator *, char **)(
        session, index, memory, out);
}

OrtStatus *crossdock_ort_type_info(const OrtSession *session, bool inputs, size_t index,
                                   OrtTypeInfo **out) {
    return CALL(inputs ? 33 : 34, OrtStatus *, const OrtSession *, size_t, OrtTypeInfo **)(
        session, index, out);
}

void crossdock_ort_free(void *memory) {
    OrtAllocator *owner;
    OrtStatus *status = allocator(&owner);
    if (!status) status = CALL(76, OrtStatus *, OrtAllocator *, void *)(owner, memory);
    if (status) crossdock_ort_release_status(status);
}

OrtStatus *crossdock_ort_kind(const OrtTypeInfo *info, OrtKind *out) {
    int kind = ORT_KIND_UNKNOWN;
    OrtStatus *status = CALL(56, OrtStatus *, const OrtTypeInfo *, int *)(info, &kind);
    *out = (OrtKind)kind;
    return status;
}

OrtStatus *crossdock_ort_tensor_info(const OrtTypeInfo *info,
                                     const OrtTensorTypeAndShapeInfo **out) {
    return CALL(55, OrtStatus *, const OrtTypeInfo *, const OrtTensorTypeAndShapeInfo **)(info, out);
}

void crossdock_ort_release_type_info(OrtTypeInfo *info) { CALL(98, void, OrtTypeInfo *)(info); }

OrtStatus *crossdock_ort_element_type(const OrtTensorTypeAndShapeInfo *info, OrtElementType *out) {
    int type = ORT_UNDEFINED;
    OrtStatus *status = CALL(60, OrtStatus *, const OrtTensorTypeAndShapeInfo *, int *)(info, &type);
    *out = (OrtElementType)type;
    return status;
}

OrtStatus *crossdock_ort_dimension_count(const OrtTensorTypeAndShapeInfo *info, size_t *out) {
    return CALL(61, OrtStatus *, const OrtTensorTypeAndShapeInfo *, size_t *)(info, out);
}

OrtStatus *crossdock_ort_dimensions(const OrtTensorTypeAndShapeInfo *info, int64_t *out,
                                    size_t count) {
    return CALL(62, OrtStatus *, const OrtTensorTypeAndShapeInfo *, int64_t *, size_t)(info, out, count);
}

OrtStatus *crossdock_ort_element_count(const OrtTensorTypeAndShapeInfo *info, size_t *out) {
    return CALL(64, OrtStatus *, const OrtTensorTypeAndShapeInfo *, size_t *)(info, out);
}

void crossdock_ort_release_tensor_info(OrtTensorTypeAndShapeInfo *info) {
    CALL(99, void, OrtTensorTypeAndShapeInfo *)(info);
}

OrtStatus *crossdock_ort_create_cpu_memory_info(OrtMemoryInfo **out) {
    enum { DEVICE_ALLOCATOR = 0, MEMORY_DEFAULT = 0 };
    return CALL(69, OrtStatus *, int, int, OrtMemoryInfo **)(DEVICE_ALLOCATOR, MEMORY_DEFAULT, out);
}

OrtStatus *crossdock_ort_create_tensor(const OrtMemoryInfo *memory, void *bytes, size_t length,
                                       const int64_t *shape, size_t rank, OrtElementType type,
                                       OrtValue **out) {
    return CALL(49, OrtStatus *, const OrtMemoryInfo *, void *, size_t, const int64_t *, size_t, int,
                OrtValue **)(memory, bytes, length, shape, rank, type, out);
}

OrtStatus *crossdock_ort_create_string_tensor(const char *const *texts, size_t count,
                                              const int64_t *shape, size_t rank, OrtValue **out) {
    OrtAllocator *memory;
    OrtStatus *status = allocator(&memory);
    if (status) return status;
    status = CALL(48, OrtStatus *, OrtAllocator *, const int64_t *, size_t, int, OrtValue **)(
        memory, shape, rank, ORT_STRING, out);
    if (status) return status;
    status = CALL(52, OrtStatus *, OrtValue *, const char *const *, size_t)(*out, texts, count);
    if (status) {
        crossdock_ort_release_value(*out);
        *out = NULL;
    }
    return status;
}

void crossdock_ort_release_value(OrtValue *value) { CALL(96, void, OrtValue *)(value); }

OrtStatus *crossdock_ort_run(OrtSession *session, const OrtRunOptions *options,
                             const char *const *input_names, const OrtValue *const *inputs,
                             size_t input_count, const char *const *output_names,
                             size_t output_count, OrtValue **outputs) {
    return CALL(9, OrtStatus *, OrtSession *, const OrtRunOptions *, const char *const *,
                const OrtValue *const *, size_t, const char *const *, size_t, OrtValue **)(
        session, options, input_names, inputs, input_count, output_names, output_count, outputs);
}

OrtStatus *crossdock_ort_value_kind(const OrtValue *value, OrtKind *out) {
    int kind = ORT_KIND_UNKNOWN;
    OrtStatus *status = CALL(67, OrtStatus *, const OrtValue *, int *)(value, &kind);
    *out = (OrtKind)kind;
    return status;
}

OrtStatus *crossdock_ort_value_info(const OrtValue *value, OrtTensorTypeAndShapeInfo **out) {
    return CALL(65, OrtStatus *, const OrtValue *, OrtTensorTypeAndShapeInfo **)(value, out);
}

OrtStatus *crossdock_ort_data(OrtValue *value, void **out) {
    return CALL(51, OrtStatus *, OrtValue *, void **)(value, out);
}

OrtStatus *crossdock_ort_string_length(const OrtValue *value, size_t *out) {
    return CALL(53, OrtStatus *, const OrtValue *, size_t *)(value, out);
}

OrtStatus *crossdock_ort_strings(const OrtValue *value, void *bytes, size_t length, size_t *offsets,
                                 size_t count) {
    return CALL(54, OrtStatus *, const OrtValue *, void *, size_t, size_t *, size_t)(
        value, bytes, length, offsets, count);
}

OrtStatus *crossdock_ort_element_values(const OrtValue *value, size_t *out) {
    return CALL(81, OrtStatus *, const OrtValue *, size_t *)(value, out);
}

OrtStatus *crossdock_ort_element(const OrtValue *value, int index, OrtValue **out) {
    OrtAllocator *memory;
    OrtStatus *status = allocator(&memory);
    if (status) return status;
    return CALL(80, OrtStatus *, const OrtValue *, int, OrtAllocator *, OrtValue **)(
        value, index, memory, out);
}
