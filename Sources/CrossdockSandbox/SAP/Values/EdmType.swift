/// The primitive types of OData V2. Source: OData V2 "Overview", "Primitive Data Types".
enum EdmType: String, Sendable {
    case string = "Edm.String"
    case boolean = "Edm.Boolean"
    case byte = "Edm.Byte"
    case sbyte = "Edm.SByte"
    case int16 = "Edm.Int16"
    case int32 = "Edm.Int32"
    case int64 = "Edm.Int64"
    case decimal = "Edm.Decimal"
    case double = "Edm.Double"
    case single = "Edm.Single"
    case dateTime = "Edm.DateTime"
    case dateTimeOffset = "Edm.DateTimeOffset"
    case time = "Edm.Time"
    case guid = "Edm.Guid"
    case binary = "Edm.Binary"

    /// What may be compared with each other.
    enum Family: Sendable {
        case text, truth, number, instant, zonedInstant, time, guid, binary
    }

    var family: Family {
        switch self {
        case .string: .text
        case .boolean: .truth
        case .byte, .sbyte, .int16, .int32, .int64, .decimal, .double, .single: .number
        case .dateTime: .instant
        case .dateTimeOffset: .zonedInstant
        case .time: .time
        case .guid: .guid
        case .binary: .binary
        }
    }

    /// The range of the integer types.
    var integers: ClosedRange<Int64>? {
        switch self {
        case .byte: 0...255
        case .sbyte: -128...127
        case .int16: Int64(Int16.min)...Int64(Int16.max)
        case .int32: Int64(Int32.min)...Int64(Int32.max)
        case .int64: Int64.min...Int64.max
        default: nil
        }
    }

    /// Whether JSON carries the number as a string, so that no reader rounds it.
    var isQuotedNumber: Bool {
        switch self {
        case .int64, .decimal, .double, .single: true
        default: false
        }
    }

    /// JSON of a property that was never set: ABAP has initial values where others have null.
    var initialJSON: String {
        switch self {
        case .string, .binary: "\"\""
        case .boolean: "false"
        case .byte, .sbyte, .int16, .int32: "0"
        case .int64, .decimal, .double, .single: "\"0\""
        case .time: "\"PT00H00M00S\""
        case .dateTime, .dateTimeOffset, .guid: "null"
        }
    }
}
