#ifndef CROSSDOCK_COPENBLAS_H
#define CROSSDOCK_COPENBLAS_H

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// Loads OpenBLAS (with LAPACK inside) at the first call, from any thread.
///
/// Returns NULL when the library is there, else why it is not, in static storage. The functions below
/// may be called only after this has succeeded.
const char *_Nullable crossdock_blas_load(void);

/// How many threads the library may use; it starts them at its own discretion.
void crossdock_blas_threads(int count);

/// C = alpha · op(A) · op(B) + beta · C, all row-major.
void crossdock_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                     const double *a, int lda, const double *b, int ldb, double beta, double *c,
                     int ldc);

/// The upper triangle of C = Aᵀ · A, row-major; A has n rows of k columns.
void crossdock_dsyrk(int n, int k, const double *a, int lda, double *c, int ldc);

/// Solves A · X = B for symmetric positive definite A of order n; 0, or the order of the minor that
/// is not positive. A is overwritten, B becomes X (column-major, n × columns).
int crossdock_dposv(int n, int columns, double *a, double *b);

/// The least-squares solution of smallest norm. A is column-major, rows × columns, and overwritten; b
/// has max(rows, columns) elements and becomes x. Returns LAPACK's info.
int crossdock_dgelsd(int rows, int columns, double *a, double *b, double condition, int *rank,
                     double *work, int work_length, int *iwork);

/// Eigenvalues (rising) and eigenvectors (rows of the row-major result) of a symmetric matrix.
int crossdock_dsyevd(int n, double *a, double *values, double *work, int work_length, int *iwork,
                     int iwork_length);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
