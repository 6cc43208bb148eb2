/// The form in which records come in.
public enum RecordInput: String, Sendable, CaseIterable {
    case jsonl, json, csv, xml
}

/// The form in which records go out.
public enum RecordOutput: String, Sendable, CaseIterable {
    case jsonl, json, csv, xml
    case odataV2 = "odata-v2"
    case odataV4 = "odata-v4"

    /// Formats without numbers of their own; and OData 2.0, whose Edm.Decimal is text.
    public var quotesDecimals: Bool { self == .csv || self == .xml || self == .odataV2 }
}
