internal import CrossdockData

/// Versions of entities, as `ETag`.
enum EntityVersion {
    /// `20260131235959123`.
    static func digits(_ stamp: Int64) -> String {
        let digits = Timestamp.text(stamp).utf8.filter { $0 >= 0x30 && $0 <= 0x39 }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The weak entity tag of a stored entity.
    static func tag(_ row: EntityRow) -> String {
        if row.type.properties.contains(where: { $0.isVersion && $0.type == .dateTimeOffset }) {
            let text = Timestamp.text(row.record.stamp)
            return "W/\"datetimeoffset'\(URLText.encode(text))'\""
        }
        return "W/\"'\(digits(row.record.stamp))'\""
    }
}
