#ifndef CROSSDOCK_CXGBOOST_H
#define CROSSDOCK_CXGBOOST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// Loads libxgboost at the first call, from any thread.
///
/// Returns NULL when the library is there, else why it is not, in static storage.
const char *_Nullable crossdock_xgboost_load(void);

// The library's own functions, by their own names. Before `crossdock_xgboost_load` has succeeded they
// return -1 (or do nothing), so a caller that forgets to load gets an error, not a crash.

typedef uint64_t bst_ulong;
typedef void *DMatrixHandle;
typedef void *BoosterHandle;

const char *_Nullable XGBGetLastError(void);
void XGBoostVersion(int *major, int *minor, int *patch);
int XGBSetGlobalConfig(const char *config);

int XGDMatrixCreateFromDense(const char *data, const char *config,
                             DMatrixHandle _Nullable *_Nonnull out);
int XGDMatrixSetFloatInfo(DMatrixHandle handle, const char *field,
                          const float *_Nullable array, bst_ulong length);
int XGDMatrixFree(DMatrixHandle handle);

int XGBoosterCreate(const DMatrixHandle _Nullable *_Nullable matrices, bst_ulong count,
                    BoosterHandle _Nullable *_Nonnull out);
int XGBoosterFree(BoosterHandle handle);
int XGBoosterSetParam(BoosterHandle handle, const char *name, const char *value);
int XGBoosterUpdateOneIter(BoosterHandle handle, int iteration, DMatrixHandle training);
int XGBoosterEvalOneIter(BoosterHandle handle, int iteration, DMatrixHandle _Nullable *_Nonnull matrices,
                         const char *_Nullable *_Nonnull names, bst_ulong count,
                         const char *_Nullable *_Nonnull result);
int XGBoosterPredictFromDMatrix(BoosterHandle handle, DMatrixHandle matrix, const char *config,
                                const bst_ulong *_Nullable *_Nonnull shape, bst_ulong *rank,
                                const float *_Nullable *_Nonnull result);
int XGBoosterPredictFromDense(BoosterHandle handle, const char *values, const char *config,
                              DMatrixHandle _Nullable meta,
                              const bst_ulong *_Nullable *_Nonnull shape, bst_ulong *rank,
                              const float *_Nullable *_Nonnull result);
int XGBoosterLoadModelFromBuffer(BoosterHandle handle, const void *bytes, bst_ulong length);
int XGBoosterSaveModelToBuffer(BoosterHandle handle, const char *config, bst_ulong *length,
                               const char *_Nullable *_Nonnull bytes);
int XGBoosterBoostedRounds(BoosterHandle handle, int *out);
int XGBoosterSetAttr(BoosterHandle handle, const char *key, const char *_Nullable value);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
