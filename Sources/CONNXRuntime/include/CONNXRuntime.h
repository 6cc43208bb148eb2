#ifndef CROSSDOCK_CONNXRUNTIME_H
#define CROSSDOCK_CONNXRUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// ONNX Runtime hands out one table of functions that only ever grows at its end, so a function's
// position names it for ever and no vendored header is needed. The functions below are named as in
// the runtime's documentation and call the table.

typedef struct OrtEnv OrtEnv;
typedef struct OrtStatus OrtStatus;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtSession OrtSession;
typedef struct OrtValue OrtValue;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtAllocator OrtAllocator;

/// Element types of tensors, with the numbers of the ONNX format.
typedef enum : int {
    ORT_UNDEFINED = 0,
    ORT_FLOAT = 1,
    ORT_UINT8 = 2,
    ORT_INT8 = 3,
    ORT_INT32 = 6,
    ORT_INT64 = 7,
    ORT_STRING = 8,
    ORT_BOOL = 9,
    ORT_DOUBLE = 11,
} OrtElementType;

/// What a value is: a tensor, or the sequence of maps that scikit-learn's exporter makes by default.
typedef enum : int {
    ORT_KIND_UNKNOWN = 0,
    ORT_KIND_TENSOR = 1,
    ORT_KIND_SEQUENCE = 2,
    ORT_KIND_MAP = 3,
} OrtKind;

/// Opens the library at `path` (a file or a name for the loader) unless one is open already.
///
/// Returns true when the table is at hand; otherwise `error` says why not. Threads: callers take
/// turns.
bool crossdock_ort_open(const char *path, char *error, size_t capacity);

/// The version text of the open library; empty before.
const char *crossdock_ort_version(void);

// Functions that return a status: NULL is success; anything else is owned by the caller.

int crossdock_ort_error_code(const OrtStatus *status);
const char *crossdock_ort_error_message(const OrtStatus *status);
void crossdock_ort_release_status(OrtStatus *status);

OrtStatus *_Nullable crossdock_ort_create_env(int severity, const char *name,
                                              OrtEnv *_Nullable *_Nonnull out);
OrtStatus *_Nullable crossdock_ort_create_session_options(OrtSessionOptions *_Nullable *_Nonnull out);
OrtStatus *_Nullable crossdock_ort_set_threads(OrtSessionOptions *options, int intra, int inter);
OrtStatus *_Nullable crossdock_ort_set_log_severity(OrtSessionOptions *options, int severity);
void crossdock_ort_release_session_options(OrtSessionOptions *options);

OrtStatus *_Nullable crossdock_ort_create_session(const OrtEnv *env, const void *bytes, size_t length,
                                                  const OrtSessionOptions *options,
                                                  OrtSession *_Nullable *_Nonnull out);
void crossdock_ort_release_session(OrtSession *session);

OrtStatus *_Nullable crossdock_ort_count(const OrtSession *session, bool inputs, size_t *out);
/// The name is owned by the default allocator: release it with `crossdock_ort_free`.
OrtStatus *_Nullable crossdock_ort_name(const OrtSession *session, bool inputs, size_t index,
                                        char *_Nullable *_Nonnull out);
OrtStatus *_Nullable crossdock_ort_type_info(const OrtSession *session, bool inputs, size_t index,
                                             OrtTypeInfo *_Nullable *_Nonnull out);
void crossdock_ort_free(void *memory);

OrtStatus *_Nullable crossdock_ort_kind(const OrtTypeInfo *info, OrtKind *out);
/// NULL for what is no tensor. Ownership: the type info's.
OrtStatus *_Nullable crossdock_ort_tensor_info(const OrtTypeInfo *info,
                                               const OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
void crossdock_ort_release_type_info(OrtTypeInfo *info);

OrtStatus *_Nullable crossdock_ort_element_type(const OrtTensorTypeAndShapeInfo *info,
                                                OrtElementType *out);
OrtStatus *_Nullable crossdock_ort_dimension_count(const OrtTensorTypeAndShapeInfo *info, size_t *out);
OrtStatus *_Nullable crossdock_ort_dimensions(const OrtTensorTypeAndShapeInfo *info, int64_t *out,
                                              size_t count);
OrtStatus *_Nullable crossdock_ort_element_count(const OrtTensorTypeAndShapeInfo *info, size_t *out);
void crossdock_ort_release_tensor_info(OrtTensorTypeAndShapeInfo *info);

OrtStatus *_Nullable crossdock_ort_create_cpu_memory_info(OrtMemoryInfo *_Nullable *_Nonnull out);
/// A tensor over the caller's memory, which must outlive it.
OrtStatus *_Nullable crossdock_ort_create_tensor(const OrtMemoryInfo *memory, void *bytes,
                                                 size_t length, const int64_t *shape, size_t rank,
                                                 OrtElementType type,
                                                 OrtValue *_Nullable *_Nonnull out);
/// A tensor of texts, which are copied.
OrtStatus *_Nullable crossdock_ort_create_string_tensor(const char *_Nonnull const *_Nonnull texts,
                                                        size_t count, const int64_t *shape,
                                                        size_t rank,
                                                        OrtValue *_Nullable *_Nonnull out);
void crossdock_ort_release_value(OrtValue *value);

OrtStatus *_Nullable crossdock_ort_run(OrtSession *session, const OrtRunOptions *_Nullable options,
                                       const char *_Nonnull const *_Nonnull input_names,
                                       const OrtValue *_Nonnull const *_Nonnull inputs,
                                       size_t input_count,
                                       const char *_Nonnull const *_Nonnull output_names,
                                       size_t output_count, OrtValue *_Nullable *_Nonnull outputs);

OrtStatus *_Nullable crossdock_ort_value_kind(const OrtValue *value, OrtKind *out);
OrtStatus *_Nullable crossdock_ort_value_info(const OrtValue *value,
                                              OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
OrtStatus *_Nullable crossdock_ort_data(OrtValue *value, void *_Nullable *_Nonnull out);
OrtStatus *_Nullable crossdock_ort_string_length(const OrtValue *value, size_t *out);
/// `offsets` gets the start of each text in `bytes`.
OrtStatus *_Nullable crossdock_ort_strings(const OrtValue *value, void *bytes, size_t length,
                                           size_t *offsets, size_t count);
/// Elements of a sequence; 2 for a map (keys, values).
OrtStatus *_Nullable crossdock_ort_element_values(const OrtValue *value, size_t *out);
OrtStatus *_Nullable crossdock_ort_element(const OrtValue *value, int index,
                                           OrtValue *_Nullable *_Nonnull out);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
