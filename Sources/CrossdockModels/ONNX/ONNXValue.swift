/// A tensor that goes into or comes out of an ONNX model.
///
/// - Shape: row-major; the product of `shape` is the number of elements.
public enum ONNXTensor: Sendable, Equatable {
    case floats([Float], shape: [Int])
    case doubles([Double], shape: [Int])
    case integers([Int64], shape: [Int])
    case texts([String], shape: [Int])
    case booleans([Bool], shape: [Int])

    public var shape: [Int] {
        switch self {
        case .floats(_, let shape), .doubles(_, let shape), .integers(_, let shape),
            .texts(_, let shape), .booleans(_, let shape):
            shape
        }
    }

    public var count: Int {
        switch self {
        case .floats(let values, _): values.count
        case .doubles(let values, _): values.count
        case .integers(let values, _): values.count
        case .texts(let values, _): values.count
        case .booleans(let values, _): values.count
        }
    }

    /// The elements as numbers; nil for texts.
    public var numbers: [Double]? {
        switch self {
        case .floats(let values, _): values.map(Double.init)
        case .doubles(let values, _): values
        case .integers(let values, _): values.map(Double.init)
        case .booleans(let values, _): values.map { $0 ? 1 : 0 }
        case .texts: nil
        }
    }
}

/// What an ONNX model answers under one name.
public enum ONNXValue: Sendable, Equatable {
    case tensor(ONNXTensor)
    /// One map of label to number per row: what scikit-learn's exporter makes unless told otherwise.
    case maps([[String: Double]])
}

/// An input or output of an ONNX model.
public struct ONNXPort: Sendable, Equatable {
    public enum Element: String, Sendable {
        case float, double, int64, int32, text, boolean
        /// A sequence or a map.
        case maps
        case other
    }

    public let name: String
    public let element: Element
    /// nil stands for any size, as the number of rows usually is.
    public let shape: [Int?]

    /// The number of rows that the model insists on.
    public var fixedRows: Int? { shape.first ?? nil }
    /// The width of a row: 1 for a vector, nil when it is open.
    public var width: Int? {
        guard shape.count > 1 else { return 1 }
        return shape.dropFirst().reduce(Int?(1)) { product, size in
            guard let product, let size else { return nil }
            let (result, overflow) = product.multipliedReportingOverflow(by: size)
            return overflow ? nil : result
        }
    }
}
