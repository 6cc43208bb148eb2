#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112, UPPER = 121 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char complaint[512];
static int loaded;

static void (*set_num_threads)(int);
static void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *, int,
                     double, double *, int);
static void (*dsyrk)(int, int, int, int, int, double, const double *, int, double, double *, int);
static void (*dposv)(const char *, const int *, const int *, double *, const int *, double *,
                     const int *, int *);
static void (*dgelsd)(const int *, const int *, const int *, double *, const int *, double *,
                      const int *, double *, const double *, int *, double *, const int *, int *,
                      int *);
static void (*dsyevd)(const char *, const char *, const int *, double *, const int *, double *,
                      double *, const int *, int *, const int *, int *);

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol && !complaint[0])
        snprintf(complaint, sizeof complaint, "the library has no function %s", name);
    return symbol;
}

static void load(void) {
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        snprintf(complaint, sizeof complaint, "%s", why ? why : "libopenblas.so was not found");
        return;
    }
    *(void **)&set_num_threads = find(library, "openblas_set_num_threads");
    *(void **)&dgemm = find(library, "cblas_dgemm");
    *(void **)&dsyrk = find(library, "cblas_dsyrk");
    *(void **)&dposv = find(library, "dposv_");
    *(void **)&dgelsd = find(library, "dgelsd_");
    *(void **)&dsyevd = find(library, "dsyevd_");
    loaded = !complaint[0];
}

const char *crossdock_blas_load(void) {
    pthread_once(&once, load);
    return loaded ? NULL : complaint;
}

void crossdock_blas_threads(int count) { set_num_threads(count); }

void crossdock_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                     const double *a, int lda, const double *b, int ldb, double beta, double *c,
                     int ldc) {
    dgemm(ROW_MAJOR, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, m, n, k,
          alpha, a, lda, b, ldb, beta, c, ldc);
}

void crossdock_dsyrk(int n, int k, const double *a, int lda, double *c, int ldc) {
    dsyrk(ROW_MAJOR, UPPER, TRANSPOSED, k, n, 1, a, lda, 0, c, ldc);
}

int crossdock_dposv(int n, int columns, double *a, double *b) {
    int info = 0;
    // A row-major upper triangle is a column-major lower one.
    dposv("L", &n, &columns, a, &n, b, &n, &info);
    return info;
}

int crossdock_dgelsd(int rows, int columns, double *a, double *b, double condition, int *rank,
                     double *work, int work_length, int *iwork) {
    int one = 1;
    int info = 0;
    int ldb = rows > columns ? rows : columns;
    // The singular values are not asked for, but need a place; the head of `work` is free for them.
    int smaller = rows < columns ? rows : columns;
    double *singular = work;
    int rest = work_length < 0 ? work_length : work_length - smaller;
    dgelsd(&rows, &columns, &one, a, &rows, b, &ldb, singular, &condition, rank,
           work_length < 0 ? work : work + smaller, &rest, iwork, &info);
    if (work_length < 0) work[0] += smaller;
    return info;
}

int crossdock_dsyevd(int n, double *a, double *values, double *work, int work_length, int *iwork,
                     int iwork_length) {
    int info = 0;
    dsyevd("V", "L", &n, a, &n, values, work, &work_length, iwork, &iwork_length, &info);
    return info;
}
