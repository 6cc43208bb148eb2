internal import COpenBLAS
internal import Foundation

/// The few operations on matrices that models need, done by OpenBLAS and LAPACK.
enum LinearAlgebra {
    /// - Throws: CD5108 when the library is missing.
    static func load() throws(ModelError) {
        guard let complaint = crossdock_blas_load() else { return }
        throw ModelError(
            .linearAlgebraMissing, "OpenBLAS cannot be loaded: \(String(cString: complaint))")
    }

    /// How many threads the library uses from now on.
    static func useThreads(_ count: Int) throws(ModelError) {
        try load()
        crossdock_blas_threads(CInt(clamping: max(1, count)))
    }

    private static func size(_ count: Int) throws(ModelError) -> CInt {
        guard let size = CInt(exactly: count) else {
            throw ModelError(
                .trainingFailed, "a matrix side of \(count) is more than can be handled")
        }
        return size
    }

    /// `rows × inner` times `inner × columns`, row-major; either may be given transposed.
    static func product(
        _ a: [Double], _ b: [Double], transposingA: Bool = false, transposingB: Bool = false,
        rows: Int, inner: Int, columns: Int
    ) throws(ModelError) -> [Double] {
        var c = [Double](repeating: 0, count: rows * columns)
        guard rows > 0, columns > 0, inner > 0 else { return c }
        precondition(a.count == rows * inner && b.count == inner * columns, "matrix sizes differ")
        try load()
        let (m, n, k) = (try size(rows), try size(columns), try size(inner))
        crossdock_dgemm(
            transposingA ? 1 : 0, transposingB ? 1 : 0, m, n, k, 1, a, transposingA ? m : k, b,
            transposingB ? k : n, 0, &c, n)
        return c
    }

    /// Aᵀ·A, both triangles, of `rows × columns`.
    static func gram(_ a: [Double], rows: Int, columns: Int) throws(ModelError) -> [Double] {
        var c = [Double](repeating: 0, count: columns * columns)
        guard rows > 0, columns > 0 else { return c }
        precondition(a.count == rows * columns, "matrix sizes differ")
        try load()
        crossdock_dsyrk(
            try size(rows), try size(columns), a, try size(columns), &c, try size(columns))
        for row in 0..<columns {
            for column in 0..<row { c[row * columns + column] = c[column * columns + row] }
        }
        return c
    }

    /// Solves A·x = b for symmetric positive definite A; nil when A is not.
    static func solvePositive(
        _ a: [Double], _ b: [Double], order: Int
    ) throws(ModelError) -> [Double]? {
        guard order > 0 else { return [] }
        precondition(a.count == order * order && b.count == order, "matrix sizes differ")
        try load()
        var a = a
        var x = b
        let status = crossdock_dposv(try size(order), 1, &a, &x)
        return status == 0 && x.allSatisfy(\.isFinite) ? x : nil
    }

    /// The x of smallest norm that minimises |A·x − b|, also where columns repeat each other.
    ///
    /// - Parameter a: Row-major, `rows × columns`.
    static func leastSquares(
        _ a: [Double], _ b: [Double], rows: Int, columns: Int
    ) throws(ModelError) -> [Double] {
        guard rows > 0, columns > 0 else { return [Double](repeating: 0, count: columns) }
        precondition(a.count == rows * columns && b.count == rows, "matrix sizes differ")
        try load()
        var transposed = [Double](repeating: 0, count: a.count)
        for row in 0..<rows {
            for column in 0..<columns {
                transposed[column * rows + row] = a[row * columns + column]
            }
        }
        var x = b + [Double](repeating: 0, count: max(0, columns - rows))
        let (m, n) = (try size(rows), try size(columns))
        let condition = Double(max(rows, columns)) * .ulpOfOne
        var rank: CInt = 0
        var work = [Double](repeating: 0, count: min(rows, columns) + 2)
        var iwork: [CInt] = [0]
        _ = crossdock_dgelsd(m, n, &transposed, &x, condition, &rank, &work, -1, &iwork)
        work = [Double](repeating: 0, count: max(min(rows, columns) + 2, Int(work[0])))
        iwork = [CInt](repeating: 0, count: max(1, Int(iwork[0])))
        let status = crossdock_dgelsd(
            m, n, &transposed, &x, condition, &rank, &work, try size(work.count), &iwork)
        guard status == 0, x.allSatisfy(\.isFinite) else {
            throw ModelError(.trainingFailed, "the least-squares solver did not converge")
        }
        return Array(x.prefix(columns))
    }

    /// Eigenvalues, falling, and their unit eigenvectors, of a symmetric matrix.
    static func eigen(
        _ a: [Double], order: Int
    ) throws(ModelError) -> (values: [Double], vectors: [[Double]]) {
        guard order > 0 else { return ([], []) }
        precondition(a.count == order * order, "matrix sizes differ")
        try load()
        var a = a
        var values = [Double](repeating: 0, count: order)
        var work = [0.0]
        var iwork: [CInt] = [0]
        let n = try size(order)
        _ = crossdock_dsyevd(n, &a, &values, &work, -1, &iwork, -1)
        work = [Double](repeating: 0, count: max(1, Int(work[0])))
        iwork = [CInt](repeating: 0, count: max(1, Int(iwork[0])))
        let status = crossdock_dsyevd(
            n, &a, &values, &work, try size(work.count), &iwork, try size(iwork.count))
        guard status == 0 else {
            throw ModelError(.trainingFailed, "the eigenvalue solver did not converge")
        }
        let vectors = (0..<order).map { Array(a[($0 * order)..<(($0 + 1) * order)]) }
        return (values.reversed(), vectors.reversed())
    }
}
